import { receiptEvent } from '../../activities/delivery/receipt-event.ts';
import { gatherWhole } from '../../infra/gather.ts';
import type { ReceiptEvent } from '../../schemas/events.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { Digest, Instant } from '../../schemas/text.ts';
import type { SiteRecords, SiteRelease, SiteReleaseAndFiles } from './site-store.ts';

type Statement = Pick<ChannelReceipt, 'state' | 'at' | 'detail' | 'digests'> & Partial<Pick<ChannelReceipt, 'about'>>;

export interface Receipts {
  /**
   * Publishes every receipt that the stored row supports, but for states that an earlier order has `told`: each receipt
   * wakes the bundle's workflow, and many bundles have one T0. A repeat has the same event ids, so consumers drop it.
   * That a release is live is left to its read-back, which tells both at once: at T0 readers come first.
   */
  announce(releaseId: ReleaseId, told?: readonly ChannelReceipt['state'][]): Promise<void>;
  /** Publishes that the release is live, and was read back as sealed. */
  announceVerified(releaseId: ReleaseId, at: Instant): Promise<void>;
  /** Publishes that the release is live, and a read-back that did not end in `verified`. */
  announceDoubt(releaseId: ReleaseId, doubt: Pick<Statement, 'state' | 'at' | 'detail'>): Promise<void>;
}

type Deps = {
  records: Pick<SiteRecords, 'releases'>;
  publish: (events: ReceiptEvent[]) => Promise<unknown>;
  /** Public address of the site, without a slash at its end. */
  publicUrl: string;
};

type Saying = { releaseId: ReleaseId; what: (release: SiteReleaseAndFiles) => Statement[] };

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
  const say = gatherWhole(
    async (sayings: Saying[]) => {
      const rows = await records.releases([...new Set(sayings.map(({ releaseId }) => releaseId))]);
      const known = new Map(rows.map((release) => [release.releaseId, release]));
      const events = sayings.flatMap(({ releaseId, what }) => {
        const release = known.get(releaseId);
        return release ? what(release).map((statement) => toEvent(release, statement)) : [];
      });
      if (events.length > 0) await publish(events);
      return Array.from<void>({ length: sayings.length });
    },
    { most: 100 },
  );
  return {
    announce: (releaseId, told = []) =>
      say({
        releaseId,
        // Without a seal it was withdrawn before it ever reached this channel.
        what: (release) => {
          const left = isReadBackNext(release) ? [...told, 'live'] : told;
          return release.seal ? whatIsSo(release).filter(({ state }) => !left.includes(state)) : [];
        },
      }),
    announceVerified: (releaseId, at) =>
      say({
        releaseId,
        what: (release) => afterReadBack({ ...release, verifiedAt: release.verifiedAt ?? at }),
      }),
    announceDoubt: (releaseId, doubt) =>
      say({
        releaseId,
        // Else another instance was faster, or it is gone.
        what: (release) => (isReadBackNext(release) ? [...afterReadBack(release), { ...doubt, digests: [] }] : []),
      }),
  };
}

const isReadBackNext = ({ state, verifiedAt }: SiteRelease): boolean => state === 'live' && !verifiedAt;

/** Nothing of what is no longer live: other orders tell what became of it. */
const afterReadBack = (release: SiteReleaseAndFiles): Statement[] =>
  release.state === 'live' ? whatIsSo(release).filter(({ state }) => state === 'live' || state === 'verified') : [];

function whatIsSo(release: SiteReleaseAndFiles): Statement[] {
  const { preparedAt, refusal, liveAt, verifiedAt, discardedAt, withdrawnAt, acts } = release;
  const digests = release.files.map(({ sha256 }) => sha256);
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
