import type { Bilingual, Digest } from '../../../schemas/text.ts';
import type { WeChatClient } from './client.ts';

export type Upload = { url: string; mediaId?: string | undefined };

/** Uploads by digest, kept durably: a repeat after a crash finds them and neither fills the library nor forgets an address. */
export interface UploadLedger {
  find(use: 'cover' | 'content', digest: Digest): Promise<Upload | undefined>;
  save(use: 'cover' | 'content', digest: Digest, upload: Upload): Promise<void>;
}

/** How a post is known again where WeChat offers no key of ours: title and 阅读原文 link of its first article. */
export type Marker = { title: string; contentSourceUrl: string };

/**
 * What became of a submit. `accepted`: the draft was taken, but the answer with the publish id was lost; the post is
 * found by its marker. Times are milliseconds since 1970.
 */
export type Submission =
  | { state: 'submitted'; publishId: string }
  | { state: 'accepted'; mediaId: string; marker: Marker; since: number }
  | { state: 'published'; articleId: string };

/** The row "intended(key)" of RELIABILITY §3: written before the call, so that nobody forgets that it may have happened. */
export interface PublishRecord {
  find(key: string): Promise<{ intendedAt: number; confirmed?: Submission | undefined } | undefined>;
  /** A repeat keeps the first time. */
  intended(key: string, at: number): Promise<void>;
  confirmed(key: string, submission: Submission): Promise<void>;
  /** WeChat said no to the only call there was: nothing happened, `find` knows no intent any more. */
  refused(key: string, detail: Bilingual): Promise<void>;
}

export type DeliveryDeps = {
  client: WeChatClient;
  blobs: { get(digest: Digest): Promise<Uint8Array> };
  uploads: UploadLedger;
  now: () => number;
  pause: (milliseconds: number) => Promise<void>;
  /** How often, and how far apart, an unanswered submit is asked for before it counts as never arrived. */
  settle: { asks: number; everyMs: number };
  /** Origins that an article's public address may have; anything else is not fetched. */
  articleOrigins: string[];
};
