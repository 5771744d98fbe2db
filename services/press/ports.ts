import type { BundleId } from '../../schemas/bundle.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';

export type Recipient = { name: string; address: string };
export type SealedFile = { path: string; sha256: Digest; sealed: Uint8Array };
/** `release`: the pack. `recall`: that it was withdrawn. */
export type Matter = 'release' | 'recall';

/** One mail to one recipient, as it is on record. `intendedAt` is also its Date, so that a resend is the same mail. */
export type MailRow = {
  recipient: Recipient;
  matter: Matter;
  messageId: string;
  subject: string;
  packSha256: Digest | null;
  intendedAt: Instant;
  acceptedAt: Instant | null;
  refusedAt: Instant | null;
  response: string | null;
};

export interface PressStore {
  /** The first call decides; a repeat returns what is there. */
  stage(release: {
    releaseId: ReleaseId;
    bundleId: BundleId;
    files: SealedFile[];
    /** Releases that this one acts on. */
    actsOn: ReleaseId[];
  }): Promise<{ preparedAt: Instant }>;
  delivery(
    releaseId: ReleaseId,
  ): Promise<
    { preparedAt: Instant; discardedAt: Instant | null; withdrawnAt: Instant | null; actsOn: ReleaseId[] } | undefined
  >;
  files(releaseId: ReleaseId): Promise<SealedFile[]>;
  /** Deletes what is staged, and marks the release, also one that has not come here yet. */
  discard(releaseId: ReleaseId, bundleId: BundleId): Promise<{ at: Instant }>;
  /** Deletes what is staged and marks the release, also one that never came here. */
  withdraw(releaseId: ReleaseId, bundleId: BundleId): Promise<{ at: Instant }>;
  /**
   * Puts the mails on record before the first is sent; those of an earlier try stay as they are. False, with nothing on record,
   * for a release that is withdrawn or discarded and mails that are not its recall: whoever withdraws sees every mail that may be sent.
   */
  intend(
    releaseId: ReleaseId,
    mails: Pick<MailRow, 'recipient' | 'matter' | 'messageId' | 'subject' | 'packSha256'>[],
  ): Promise<boolean>;
  mails(releaseId: ReleaseId, matter: Matter): Promise<MailRow[]>;
  /** A later try asks those hosts again that said no. */
  reopened(releaseId: ReleaseId, matter: Matter): Promise<void>;
  accepted(messageId: string, response: string): Promise<void>;
  refused(messageId: string, response: string): Promise<void>;
}

export type Mail = {
  from: string;
  to: Recipient;
  messageId: string;
  date: Instant;
  subject: string;
  text: string;
  html?: string;
  /** Message-ID of the mail that this one is about. */
  about?: string;
  attachments: { filename: string; contentType: string; content: Uint8Array }[];
};

/** What the mail host said: it took the mail, or its final no (SMTP 5xx) for this recipient, which no repeat changes. */
export type MailAnswer = { outcome: 'accepted' | 'refused'; response: string };

export interface Mailer {
  /** Rejects where the host gave no answer, or one that time may change. */
  send(mail: Mail): Promise<MailAnswer>;
}
