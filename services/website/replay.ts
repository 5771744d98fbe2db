import type { Logger } from 'pino';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { type EventBus, TransientFailure } from '../../activities/ports/event-bus.ts';
import { describeWithoutPayload } from '../../infra/kafka/dead-letter.ts';
import type { EventCodec } from '../../infra/kafka/event-signature.ts';
import { isDatabaseDown } from '../../infra/postgres/client.ts';
import { type LockstepEvent, Topic } from '../../schemas/events.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { CliReplayed } from '../../schemas/replay.ts';
import { countExpected, findDrift, whatTheSiteShows } from './drift.ts';
import { createHandler } from './handler.ts';
import type { Receipts } from './receipts.ts';
import type { PublicReads, SiteInbox, SiteRecords, SiteWrites } from './site-store.ts';
import { createLogReading } from './what-the-log-says.ts';

export type ReplayDeps<Tx> = {
  bus: Pick<EventBus, 'read'>;
  /** Default: the topic of releases, which is kept for ever. */
  topic?: string;
  decode: EventCodec['decode'];
  site: {
    replaying<T>(work: (inbox: SiteInbox<Tx>) => Promise<T>): Promise<T>;
    writes: SiteWrites<Tx>;
    records: SiteRecords;
    reads: PublicReads;
  };
  staging: BlobStore;
  receipts: Pick<Receipts, 'announce'>;
  /** Called now and then with how many records were read, and how many there are. */
  progress: (read: number, total: number) => void;
  log: Logger;
  signal?: AbortSignal;
};

/**
 * 重放: reads every release event from the first on, through the handler that the site itself uses. The inbox drops what
 * was handled, so on a healthy site it changes nothing, and on an empty one it rebuilds exactly the public state. New
 * orders wait until it is done. Receipts are given once, at the end, for what was handled now; the core knows their ids.
 */
export async function replayWebsite<Tx>(deps: ReplayDeps<Tx>, { dryRun }: { dryRun: boolean }): Promise<CliReplayed> {
  const { site, receipts, log } = deps;
  const before = (await whatTheSiteShows(site)).counts;
  if (dryRun) {
    const reading = await readLog(deps, async () => {});
    return { channel: 'website', dryRun, before, ...(await compare(reading)) };
  }
  const touched = new Set<ReleaseId>();
  const result = await site.replaying(async (inbox) => {
    let handled = 0;
    const handle = createHandler({
      inbox: {
        async onceEach(eventIds, effect) {
          const fresh = await inbox.onceEach(eventIds, effect);
          handled += fresh.size;
          return fresh;
        },
      },
      site: site.writes,
      staging: deps.staging,
      receipts: { announce: async () => {} },
      remember: () => {}, // readers ask another process
      inspect: () => {}, // a question of long ago: nobody waits for the answer
      onLive: () => {}, // the site looks for what is unverified by itself
      log,
    });
    const reading = await readLog(deps, async (event) => {
      const [already, releaseId] = [handled, 'releaseId' in event.data ? event.data.releaseId : undefined];
      await handle(event);
      if (handled > already && releaseId) touched.add(releaseId);
    });
    // Before others may go on: what they do next is not yet in what was read.
    return compare({ ...reading, handled });
  });
  for (const releaseId of touched) await receipts.announce(releaseId);
  return { channel: 'website', dryRun, before, ...result };

  async function compare({ expected, ...events }: Awaited<ReturnType<typeof readLog>>) {
    const { shown, counts } = await whatTheSiteShows(site);
    return { events, log: countExpected(expected), after: counts, drift: await findDrift(expected, shown, site) };
  }
}

/** Every event in order, to the present end of the log. What one event does wrong does not keep the others back. */
async function readLog<Tx>(
  { bus, topic = Topic.releases, decode, progress, signal }: ReplayDeps<Tx>,
  handle: (event: LockstepEvent) => Promise<void>,
) {
  const reading = createLogReading();
  const failed: CliReplayed['events']['failed'] = [];
  let read = 0;
  let unreadable = 0;
  await bus.read({
    topics: [topic],
    ...(signal && { signal }),
    async each(record, left) {
      read += 1;
      if (left === 0 || read % 100 === 0) progress(read, read + left);
      let event: LockstepEvent;
      try {
        event = decode(record);
      } catch {
        unreadable += 1; // it was parked when it came, a forgery too
        return;
      }
      if (isReleaseEvent(event)) reading.add(event);
      try {
        await handle(event);
      } catch (error) {
        if (error instanceof TransientFailure || isDatabaseDown(error)) throw error;
        failed.push({ eventId: event.id, type: event.type, error: describeWithoutPayload(error) });
      }
    },
  });
  return { expected: reading.shows(), read, handled: 0, unreadable, failed };
}

const isReleaseEvent = (event: LockstepEvent): event is Parameters<ReturnType<typeof createLogReading>['add']>[0] =>
  event.type.startsWith('release.');
