import type { Logger } from 'pino';
import { digestOf } from '../../activities/digest.ts';
import { clearSlots } from '../../activities/rendering/page-slots.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import { atMost } from '../../infra/at-most.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { Receipts } from './receipts.ts';
import type { SiteRecords } from './site-store.ts';

/** A release that answers slowly must not hold up the others. */
const atOnce = 4;

type Deps = {
  records: Pick<SiteRecords, 'releases' | 'unverified' | 'markVerified'>;
  receipts: Receipts;
  /** Fetches one public address as any reader would. Throws where there is no answer. */
  read: (url: string) => Promise<{ status: number; body: Uint8Array }>;
  /** Every address family that readers use, without a slash at the end. */
  publicUrls: string[];
  /** Tries per release before a person is told that nobody can say (`unknown`). */
  tries?: number;
  pause: (ms: number) => Promise<unknown>;
  /** Resolves when there is time for this: releases that are about to go live come first. */
  quiet: () => Promise<unknown>;
  log: Logger;
};

/**
 * Reads live releases back over the public addresses and compares every file with its sealed digest. It runs beside
 * the consumer, so that a slow answer holds up no other bundle, and finds what is open by asking the store, so that
 * a crash loses nothing.
 */
export function createReadBack({ records, receipts, read, publicUrls, tries = 5, pause, quiet, log }: Deps) {
  const differences = async (releaseId: ReleaseId): Promise<Bilingual | undefined> => {
    const [release] = await records.releases([releaseId]);
    if (release?.state !== 'live') return undefined; // rolled back or withdrawn meanwhile; nothing to say
    for (const { path, mediaType, sha256 } of release.files) {
      for (const publicUrl of publicUrls) {
        const url = publicUrl + publicPath(release.bundleId, path);
        const { status, body } = await read(url);
        if (status === 200 && digestOf(clearSlots(body, mediaType)) === sha256) continue;
        return {
          zh: `回读 ${url} 的结果与封签不符（状态 ${status}）`,
          en: `What ${url} shows is not what was sealed (status ${status})`,
        };
      }
    }
    return undefined;
  };

  const verify = async (releaseId: ReleaseId): Promise<void> => {
    for (let attempt = 1; ; attempt += 1) {
      let doubt: Bilingual | undefined;
      try {
        doubt = await differences(releaseId);
        if (!doubt) {
          // Told first: what is marked is not looked at again, and nobody would tell it after a crash between the two.
          await receipts.announceVerified(releaseId, new Date().toISOString());
          return await records.markVerified(releaseId);
        }
      } catch (error) {
        log.warn({ releaseId, attempt, err: error }, 'public page could not be read back');
        doubt = { zh: '回读公开页面时没有得到回答', en: 'The public page gave no answer when it was read back' };
      }
      if (attempt >= tries) {
        log.error({ releaseId, doubt }, 'release is live but could not be verified');
        return receipts.announceDoubt(releaseId, { state: 'unknown', at: new Date().toISOString(), detail: doubt });
      }
      await pause(200 * 2 ** (attempt - 1));
    }
  };

  const inFlight = new Map<ReleaseId, Promise<void>>();
  const inTurn = atMost(atOnce);
  const start = (releaseId: ReleaseId): Promise<void> => {
    const running = inTurn(async () => {
      try {
        await quiet();
        await verify(releaseId);
      } catch (error) {
        log.warn({ releaseId, err: error }, 'read-back was interrupted and will be tried again');
      } finally {
        inFlight.delete(releaseId);
      }
    });
    inFlight.set(releaseId, running);
    return running;
  };
  let next: Promise<void> | undefined;
  const verifyAll = async () => {
    await quiet();
    next = undefined; // who calls from here on may know of a release that this look does not find
    const open = await records.unverified().catch((error) => {
      log.warn({ err: error }, 'the store cannot say what is unverified; it is asked again');
      return [];
    });
    await Promise.all(open.map((releaseId) => inFlight.get(releaseId) ?? start(releaseId)));
  };
  return {
    /** Verifies whatever is live and unverified, and resolves when each of it has an answer. Never rejects. */
    wake(): Promise<void> {
      next ??= verifyAll();
      return next;
    },
  };
}
