import type { Logger } from 'pino';
import { inspectionEvent } from '../../activities/delivery/receipt-event.ts';
import { digestOf } from '../../activities/digest.ts';
import { clearSlots } from '../../activities/rendering/page-slots.ts';
import { publicPath } from '../../activities/rendering/website/addresses.ts';
import type { ReceiptEvent, ReleaseEvent } from '../../schemas/events.ts';
import type { ChannelInspection } from '../../schemas/receipt.ts';
import type { Digest } from '../../schemas/text.ts';
import type { SiteRecords } from './site-store.ts';

type Order = Extract<ReleaseEvent, { type: 'release.inspect.v1' }>;
type Found = Pick<ChannelInspection, 'state' | 'digests' | 'detail'>;

type Deps = {
  records: Pick<SiteRecords, 'release' | 'files'>;
  /** Fetches one public address as any reader would. */
  read: (url: string) => Promise<{ status: number; body: Uint8Array }>;
  publicUrl: string;
  publish: (events: ReceiptEvent[]) => Promise<unknown>;
  now: () => string;
  log: Logger;
};

/**
 * 核对: what readers really get of a release, over its public address. What the site's own rows say decides only which
 * addresses to ask; nothing is changed.
 */
export function createInspection({ records, read, publicUrl, publish, now, log }: Deps) {
  async function look({ subject: bundleId, data: { releaseId } }: Order): Promise<Found> {
    const release = await records.release(releaseId);
    const { status, body } = await read(publicUrl + publicPath(bundleId, 'index.html'));
    const shown = { digests: [], detail: null };
    if (status === 410) return { ...shown, state: release?.state === 'withdrawn' ? 'withdrawn' : 'absent' };
    if (status !== 200) return { ...shown, state: release?.state === 'staged' ? 'staged' : 'absent' };
    const page = digestOf(clearSlots(body, 'text/html'));
    const files = await records.files(releaseId);
    if (!files.some(({ path, sha256 }) => path === 'index.html' && sha256 === page)) {
      const detail = { zh: '该地址显示的是另一个版本', en: 'Another release is shown at this address' };
      return { state: release?.state === 'staged' ? 'staged' : 'absent', digests: [page], detail };
    }
    const digests: Digest[] = [];
    for (const { path, mediaType, sha256 } of files) {
      const answer = await read(publicUrl + publicPath(bundleId, path));
      const digest = digestOf(clearSlots(answer.body, mediaType));
      if (answer.status === 200) digests.push(digest);
      if (answer.status === 200 && digest === sha256) continue;
      const detail = {
        zh: `${path} 与封签不符（状态 ${answer.status}）`,
        en: `${path} is not what was sealed (status ${answer.status})`,
      };
      return { state: 'public', digests, detail };
    }
    return { state: 'public', digests, detail: null };
  }

  /** Answers beside the consumer. What a crash loses, the next `reconcile` asks again. */
  return (order: Order): void => {
    const { releaseId, inspectionId } = order.data;
    const about = { inspectionId, releaseId, bundleId: order.subject, channel: 'website' as const };
    const unknown = { zh: '公开页面没有应答', en: 'The public page gave no answer' };
    void look(order)
      .catch((err: unknown): Found => {
        log.warn({ err, releaseId }, 'inspection failed');
        return { state: 'unknown', digests: [], detail: unknown };
      })
      .then((found) => publish([inspectionEvent({ ...about, at: now(), ...found }, '/lockstep/website')]))
      .catch((err: unknown) => log.warn({ err, releaseId }, 'inspection could not be told'));
  };
}
