import { gatherWhole } from '../../infra/gather.ts';
import { inPortions } from '../../infra/in-portions.ts';
import type { ReleaseEvent } from '../../schemas/events.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { type OpenedFile, openRelease } from './open-release.ts';
import { orRefusal } from './or-refusal.ts';
import type { OpenedRelease } from './public-view.ts';
import type { Going, SealedFile, SiteInbox, SiteWrites, TakeHeld } from './site-store.ts';

export type GoOrder = Extract<ReleaseEvent, { type: 'release.go.v1' }>;

type Deps<Tx> = {
  inbox: SiteInbox<Tx>;
  site: Pick<SiteWrites<Tx>, 'staged' | 'sealedFiles' | 'refuse' | 'goLive'>;
  take: TakeHeld;
  /** Given what was opened for a switch that has happened: nobody need open it again. */
  remember: (releases: OpenedRelease[]) => void;
};

/** What one read of staged files may bring into memory, and what of a batch is remembered: an annex may be large. */
const AT_ONCE_BYTES = 16 * 1024 * 1024;

/**
 * Carries out orders to go. Those that are there at the same time share one transaction: at a T0 of many bundles their
 * statements are what costs. Each keeps its own inbox row and its own refusal; one that makes the transaction fail is
 * tried alone, and holds up no other. Resolves to whether the order was new.
 */
export function createGoTogether<Tx>({ inbox, site, take, remember }: Deps<Tx>): (order: GoOrder) => Promise<boolean> {
  return gatherWhole(
    async (orders: GoOrder[]) => {
      let opened: OpenedRelease[] = [];
      const fresh = await inbox.onceEach(
        orders.map(({ id }) => id),
        async (ids, tx) => {
          opened = await goLive(
            orders.filter(({ id }) => ids.has(id)),
            tx,
          );
        },
      );
      if (fresh.size > 0) remember(opened);
      return orders.map(({ id }) => fresh.has(id));
    },
    { most: 100 },
  );

  async function goLive(orders: GoOrder[], tx: Tx): Promise<OpenedRelease[]> {
    const ids = orders.map(({ data }) => data.releaseId);
    const bytes = new Map((await site.staged(ids, tx)).map((staged) => [staged.releaseId, staged.bytes]));
    const bytesOf = ({ data }: GoOrder) => bytes.get(data.releaseId) ?? 0;
    const isStaged = ({ data }: GoOrder) => bytes.has(data.releaseId);
    for (const order of orders) if (!isStaged(order)) await site.refuse(releaseOf(order), neverPrepared, tx);
    const going: Going[] = [];
    const opened: OpenedRelease[] = [];
    let room = AT_ONCE_BYTES;
    for (const portion of inPortions(orders.filter(isStaged), AT_ONCE_BYTES, bytesOf)) {
      const sealed = await site.sealedFiles(
        portion.map(({ data }) => data.releaseId),
        take,
        tx,
      );
      for (const order of portion) {
        const { releaseId } = order.data;
        // Everything is opened and compared before the switch: a page that readers could not get must not go live.
        const result = await orRefusal(async () => openOrder(order, sealed.get(releaseId) ?? []));
        if ('refusal' in result) {
          await site.refuse(releaseOf(order), result.refusal, tx);
          continue;
        }
        going.push(result.value.going);
        room -= bytesOf(order);
        if (room >= 0) opened.push({ releaseId, bundleId: order.subject, files: result.value.files });
      }
    }
    if (going.length > 0) await site.goLive(going, tx);
    return opened;
  }
}

const releaseOf = ({ subject: bundleId, data: { releaseId, seal, attempt } }: GoOrder) => ({
  ...{ releaseId, bundleId, seal, attempt },
});

function openOrder({ subject: bundleId, data }: GoOrder, sealed: SealedFile[]): { going: Going; files: OpenedFile[] } {
  const { releaseId, committedAt, group } = data;
  const key = Buffer.from(data.key, 'base64');
  const { catalogue, files } = openRelease(releaseId, key, sealed);
  return { going: { releaseId, bundleId, key, committedAt, catalogue, group }, files };
}

const neverPrepared: Bilingual = {
  zh: '网站没有收到该次发布的预置内容，请重新预置后再发布',
  en: 'The website holds nothing staged for this release; prepare it again, then release',
};
