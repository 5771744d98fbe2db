import type { Logger } from 'pino';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { atMost } from '../../infra/at-most.ts';
import type { LockstepEvent, ReleaseEvent } from '../../schemas/events.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { createByteCache } from './byte-cache.ts';
import { createGoTogether, type GoOrder } from './go-together.ts';
import { orRefusal } from './or-refusal.ts';
import type { OpenedRelease } from './public-view.ts';
import type { Receipts } from './receipts.ts';
import type { SealedFile, SiteInbox, SiteWrites, TakeHeld } from './site-store.ts';

export interface Deps<Tx> {
  inbox: SiteInbox<Tx>;
  site: SiteWrites<Tx>;
  /** Ciphertext that the core put out for the channels. */
  staging: BlobStore;
  receipts: Pick<Receipts, 'announce'>;
  /** Looks at what readers get, beside the consumer: a slow answer must not hold up an order. */
  inspect: (order: Of<'release.inspect.v1'>) => void;
  /** Given what was opened for a switch that has happened: nobody need open it again. */
  remember: (releases: OpenedRelease[]) => void;
  /** A release went live: somebody should read it back soon. */
  onLive: () => void;
  log: Logger;
}

/** Each holds a connection and the ciphertext of a release; an order to go, and a reader, must not wait behind all of them. */
const aloneAtOnce = 6;
/**
 * Ciphertext that came with a `prepare` is kept for its `go`, the newest of it: at a T0 of many bundles, reading it back
 * from the database is most of what a switch takes. After a restart, or where there is more, it is read.
 */
const heldBytes = 16 * 1024 * 1024;

/**
 * Handles one release event. The receipt is announced after the transaction and from the stored row, also for a
 * duplicate: a crash between the two is healed by the redelivery, and the repeated receipt has the same event id.
 */
export function createHandler<Tx>({ inbox, site, staging, receipts, inspect, remember, onLive, log }: Deps<Tx>) {
  const held = createByteCache<{ body: Uint8Array }>(heldBytes);
  const take: TakeHeld = (sha256) => {
    const body = held.get(sha256)?.body;
    held.remove(sha256);
    return body;
  };
  const go = createGoTogether({ inbox, site, take, remember });

  const inTurn = atMost(aloneAtOnce);
  const handleAlone = (event: Exclude<Order, GoOrder>): Promise<boolean> =>
    inTurn(async () => (await inbox.onceEach([event.id], (_, tx) => carryOut(event, tx))).size > 0);

  function carryOut(event: Exclude<Order, GoOrder>, tx: Tx): Promise<void> {
    const { releaseId } = event.data;
    switch (event.type) {
      case 'release.prepare.v1':
        return prepare(event, tx);
      case 'release.rolled-back.v1':
        return site.discard(releaseId, tx);
      case 'release.withdrawn.v1': {
        const { attempt, reason, withdrawnAt } = event.data;
        return site.withdraw({ releaseId, bundleId: event.subject, attempt }, reason, withdrawnAt, tx);
      }
      case 'release.amended.v1':
        return site.noteAct(event.data, tx);
      case 'release.validity.v1':
        return site.setValidity(releaseId, event.data.validity, event.data.since, tx);
      default:
        return event satisfies never; // a new event type stops compiling here
    }
  }

  async function prepare({ subject: bundleId, data }: Of<'release.prepare.v1'>, tx: Tx): Promise<void> {
    const { releaseId, seal, channels, attempt } = data;
    const release = { releaseId, bundleId, seal, attempt };
    const objects = channels.find(({ channel }) => channel === 'website')?.objects ?? [];
    const files: SealedFile[] = [];
    for (const { ciphertext, ...object } of objects) {
      if (!ciphertext) return site.refuse(release, unsealed(object.path), tx);
      const sealed = await orRefusal(() => staging.get(ciphertext.sha256));
      if ('refusal' in sealed) return site.refuse(release, sealed.refusal, tx);
      files.push({ ...object, sealed: sealed.value });
    }
    await site.stage(release, files, tx);
    for (const [at, { ciphertext }] of objects.entries()) {
      const body = files[at]?.sealed;
      if (ciphertext && body) held.set(ciphertext.sha256, { body });
    }
  }

  return async (event: LockstepEvent): Promise<void> => {
    if (event.type === 'release.inspect.v1' && event.data.channels.includes('website')) return inspect(event);
    if (!isOurs(event)) return;
    const { releaseId } = event.data;
    const isNew = event.type === 'release.go.v1' ? await go(event) : await handleAlone(event);
    const outcome = isNew ? 'handled' : 'duplicate';
    // The last of a group to be told lets all of it go, so it speaks for all.
    const spoken = event.type === 'release.go.v1' ? new Set([releaseId, ...event.data.group]) : [releaseId];
    await Promise.all([...spoken].map((each) => receipts.announce(each, toldBefore[event.type])));
    if (event.type === 'release.go.v1') onLive();
    log.info(
      { eventId: event.id, type: event.type, bundleId: event.subject, releaseId, outcome },
      'release event handled',
    );
  };
}

/** What the receipts of earlier orders have said; a `go` for a later try says `verified` again, as it stands. */
const toldBefore: Partial<Record<ReleaseEvent['type'], ChannelReceipt['state'][]>> = {
  'release.go.v1': ['ready'],
  'release.amended.v1': ['ready', 'live', 'verified'],
  'release.validity.v1': ['ready', 'live', 'verified', 'amended'],
};

type Of<T extends ReleaseEvent['type']> = Extract<ReleaseEvent, { type: T }>;
type Order = Exclude<ReleaseEvent, { type: 'release.inspect.v1' }>;

/** Orders that concern the website. Roll-back and withdrawal name no channels: they reach whoever has the release. */
function isOurs(event: LockstepEvent): event is Order {
  switch (event.type) {
    case 'release.prepare.v1':
      return event.data.channels.some(({ channel }) => channel === 'website');
    case 'release.go.v1':
      return event.data.channels.includes('website');
    case 'release.rolled-back.v1':
    case 'release.withdrawn.v1':
    case 'release.amended.v1':
    case 'release.validity.v1':
      return true;
    default:
      return false;
  }
}

const unsealed = (path: string): Bilingual => ({
  zh: `预置内容 ${path} 未加密，网站不接收明文`,
  en: `Staged object ${path} is not encrypted; the website takes no plain text`,
});
