import { receiptEvent } from '../../activities/delivery/receipt-event.ts';
import type { ReceiptEvent } from '../../schemas/events.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';
import type { SiteRecords, SiteRelease } from './site-store.ts';

type Statement = Pick<ChannelReceipt, 'state' | 'at' | 'detail' | 'digests'> & Partial<Pick<ChannelReceipt, 'about'>>;

export interface Receipts {
  /**
   * Publishes every receipt that the stored row supports, but for states that an earlier order has `told`: each receipt
   * wakes the bundle's workflow, and many bundles have one T0. A repeat has the same event ids, so consumers drop it.
   */
  announce(releaseId: ReleaseId, told?: readonly ChannelReceipt['state'][]): Promise<void>;
  /** Publishes that the release is live, which `go` may still be about to say, and was read back as sealed. */
  announceVerified(releaseId: ReleaseId, at: Instant): Promise<void>;
  /** Publishes a read-back that did not end in `verified`. */
  announceDoubt(releaseId: ReleaseId, doubt: Pick<Statement, 'state' | 'at' | 'detail'>): Promise<void>;
}

type Deps = {
  records: Pick<SiteRecords, 'release' | 'files'>;
  publish: (events: ReceiptEvent[]) => Promise<unknown>;
  /** Public address of the site, without a slash at its end. */
  publicUrl: string;
};

export const policyUrl = (publicUrl: string, bundleId: string) => `${publicUrl}/policies/${bundleId}/`;

export function createReceipts({ records, publish, publicUrl }: Deps): Receipts {
  const toEvent = (
    { releaseId, bundleId, liveAt, state, attempt }: SiteRelease,
    statement: Statement,
  ): ReceiptEvent => {
    const url = liveAt && state !== 'discarded' ? policyUrl(publicUrl, bundleId) : null;
    return receiptEvent(
      { releaseId, bundleId, channel: 'website', url, attempt, about: null, ...statement },
      '/lockstep/website',
    );
  };
  const say = async (release: SiteRelease, told: readonly ChannelReceipt['state'][]) => {
    const digests = (await records.files(release.releaseId)).map(({ sha256 }) => sha256);
    const statements = whatIsSo(release, digests).filter(({ state }) => !told.includes(state));
    if (statements.length > 0) await publish(statements.map((statement) => toEvent(release, statement)));
  };
  return {
    async announce(releaseId, told = []) {
      const release = await records.release(releaseId);
      if (release?.seal) await say(release, told); // else it was withdrawn before it ever reached this channel
    },
    async announceVerified(releaseId, at) {
      const release = await records.release(releaseId);
      if (release?.state === 'live')
        await say({ ...release, verifiedAt: release.verifiedAt ?? at }, ['ready', 'amended']);
    },
    async announceDoubt(releaseId, doubt) {
      const release = await records.release(releaseId);
      if (release?.state !== 'live' || release.verifiedAt) return; // another instance was faster, or it is gone
      await publish([toEvent(release, { ...doubt, digests: [] })]);
    },
  };
}

function whatIsSo(release: SiteRelease, digests: Digest[]): Statement[] {
  const { preparedAt, refusal, liveAt, verifiedAt, discardedAt, withdrawnAt, acts } = release;
  const say = (state: Statement['state'], at: string, shown: Digest[]) => ({ state, at, detail: null, digests: shown });
  if (refusal) return [{ state: 'refused', at: refusal.at, detail: refusal.reason, digests: [] }];
  if (withdrawnAt) return [say('withdrawn', withdrawnAt, [])];
  if (discardedAt) return [say('discarded', discardedAt, [])];
  return [
    say('ready', preparedAt, digests),
    ...(liveAt ? [say('live', liveAt, digests)] : []),
    ...(verifiedAt ? [say('verified', verifiedAt, digests)] : []),
    ...acts.map(({ by, notedAt }) => ({ ...say('amended', notedAt, []), about: by })),
  ];
}
