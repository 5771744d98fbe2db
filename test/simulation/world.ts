import pino from 'pino';
import { createAwaitOutcome } from '../../activities/delivery/await-outcome.ts';
import { inspectionEvent, receiptEvent } from '../../activities/delivery/receipt-event.ts';
import type { AnsweringActivities, DeliveryActivities } from '../../activities/delivery/types.ts';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { createReleaseActivities } from '../../activities/releases/activities.ts';
import { createStageRelease } from '../../activities/releases/stage.ts';
import { isDatabaseDown } from '../../infra/postgres/client.ts';
import { taskQueues } from '../../infra/temporal/client.ts';
import type { Channel } from '../../schemas/bundle.ts';
import { type LockstepEvent, Topic } from '../../schemas/events.ts';
import { permanent } from '../../schemas/failures.ts';
import { createDeliveryConsumer } from '../../services/delivery/consumer.ts';
import { connectAccounts } from '../../services/new-media/accounts.ts';
import { createNewMediaActivities, LIMITS } from '../../services/new-media/activities.ts';
import { SETTLE } from '../../services/new-media/wechat/delivery.ts';
import { createPressDelivery } from '../../services/press/delivery.ts';
import { createAnswer } from '../../services/website/answer.ts';
import { createHandler } from '../../services/website/handler.ts';
import { createInspection } from '../../services/website/inspection.ts';
import { createPublicView } from '../../services/website/public-view.ts';
import { createReadBack } from '../../services/website/read-back.ts';
import { createReceipts } from '../../services/website/receipts.ts';
import { createReceiptConsumer } from '../../services/worker/receipts.ts';
import * as workflows from '../../workflows/index.ts';
import { createMemoryCoreStore } from '../support/memory-core-store.ts';
import { createMemoryDeliveryStore } from '../support/memory-delivery-store.ts';
import { createMemoryPressStore } from '../support/memory-press-store.ts';
import { createMemoryRepairStore } from '../support/memory-repair-store.ts';
import { createMemorySiteStore } from '../support/memory-site-store.ts';
import type { Worker } from './attempts.ts';
import { createBus } from './bus.ts';
import { connectCore } from './core-connection.ts';
import { createFaults, type Faults, type Port } from './faults.ts';
import { connectTo } from './http.ts';
import { createMailHost } from './mail-host.ts';
import { assertAlive, createProcess, here, type Process } from './processes.ts';
import type { Random } from './random.ts';
import { render, siteUrl } from './rendering.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { createTemporal } from './temporal.ts';
import { createWeChat, wechatUrl } from './wechat.ts';

const log = pino({ level: 'silent' });
export const site = { name: '云麓市青禾区人民政府网站', domain: 'www.qinghe.example', idCode: '9900010001' };
const wechatAccounts = [{ id: 'main', name: '青禾发布', author: '青禾发布', appId: 'wx5a4d0b0c0de51ac0' }];
export const press = {
  from: 'press@qinghe.example',
  contact: '青禾区政府办 0991-0000000',
  recipients: ['one', 'two'].map((name) => ({ name, address: `${name}@media.example` })),
};

/** Parts that a variant of the world may put in the place of the real ones, to see whether the checks notice. */
export type Parts = {
  coreStore: typeof createMemoryCoreStore;
  siteStore: typeof createMemorySiteStore;
  deliveryStore: typeof createMemoryDeliveryStore;
};
export const realParts: Parts = {
  coreStore: createMemoryCoreStore,
  siteStore: createMemorySiteStore,
  deliveryStore: createMemoryDeliveryStore,
};

/** What a client of PostgreSQL meets while its server restarts or the network is cut. */
const databaseFailure = (random: Random) => () =>
  random.pick([
    () => Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' }),
    () => Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    () => new Error('Connection terminated unexpectedly'),
    () => new Error('timeout exceeded when trying to connect'),
  ])();

/** Every method of `store` goes over `port`; what it does happens at one instant. */
function over<T extends object>(store: T, port: Port, faults: Faults, failure: () => Error): T {
  const wrapped = Object.entries(store).map(([name, method]) => [
    name,
    (...input: unknown[]) => faults.call(port, failure, () => (method as (...all: unknown[]) => unknown)(...input)),
  ]);
  return Object.fromEntries(wrapped) as T;
}

export type WorldOptions = {
  random: Random;
  start: number;
  calmAt: number;
  note: (what: string) => void;
  parts: Parts;
};

/** One office: all our processes on stand-ins for everything outside of them, in one simulated time. */
export function createWorld({ random, start, calmAt, note, parts }: WorldOptions) {
  const scheduler: Scheduler = createScheduler(start);
  const told = (what: string) => note(`${((scheduler.now() - start) / 1000).toFixed(3).padStart(9)} ${what}`);
  const faults = createFaults({ scheduler, random: random.fork('faults'), calmAt, log: told });
  const deps = { scheduler, random: random.fork('outside'), faults, log: told, calmAt };
  const broken: string[] = [];
  const skews = { temporal: 0, core: 0, site: 0, media: 0, press: 0 };
  const clockOf = (database: keyof typeof skews) => () => new Date(scheduler.now() + skews[database]).toISOString();

  const core = parts.coreStore(clockOf('core'));
  const repairs = createMemoryRepairStore(core);
  const siteStore = parts.siteStore(clockOf('site'));
  const deliveries = parts.deliveryStore(clockOf('media'));
  const pressStore = createMemoryPressStore(clockOf('press'));
  const down = databaseFailure(random.fork('databases'));
  const bus = createBus(deps);
  const wechat = createWeChat(deps);
  const mail = createMailHost(deps);
  const blobs = blobStore(faults);
  const staging = blobStore(faults);
  connectTo(wechat.request);

  const pauseOf = (process: Process) => async (ms: number) => {
    const life = here();
    await scheduler.pause(ms, process.clock);
    assertAlive(life);
  };

  let releaseActivities: object = {};
  let mediaActivities: object = {};
  let pressActivities: object = {};
  const handlers = new Map<string, (event: LockstepEvent) => Promise<void>>();
  const handlerOf = (process: Process) => ({
    process,
    handler: (event: LockstepEvent) =>
      handlers.get(process.name)?.(event) ?? Promise.reject(new Error('Nobody handles')),
  });
  const workers: Record<string, Worker> = {};
  const temporal = createTemporal({
    ...deps,
    clock: () => scheduler.now() + skews.temporal,
    workflows: workflows as never,
    workers,
    broken: (what, error) => void broken.push(`${what}: ${error instanceof Error ? error.stack : String(error)}`),
  });

  const worker = createProcess('worker', scheduler, (process) => {
    const store = connectCore(core.store, (use) => faults.call('core-db', down, use));
    const stage = createStageRelease({ blobs, staging, render });
    const announcer = { announce: bus.publish };
    const pause = pauseOf(process);
    releaseActivities = createReleaseActivities({
      store,
      announcer,
      calendar: { version: 1, years: [] },
      stage,
      pause,
    });
    const inspections = over(repairs, 'core-db', faults, down);
    const consumer = createReceiptConsumer({ store, inspections, client: temporal.client });
    handlers.set(process.name, consumer);
  });

  const websites = ['website-1', 'website-2'].map((name) =>
    createProcess(name, scheduler, (process) => {
      const records = over(siteStore.records, 'site-db', faults, down);
      const reads = over(siteStore.reads, 'site-db', faults, down);
      const view = createPublicView({ reads });
      const answer = createAnswer({ site, view, publicUrl: siteUrl });
      const receipts = createReceipts({ records, publicUrl: siteUrl, publish: bus.publish });
      const read = (url: string) =>
        faults.call(
          'site-http',
          () => new Error('no answer'),
          async () => {
            const { pathname } = new URL(url);
            const { status, body } = await answer({ method: 'GET', pathname, ifNoneMatch: undefined });
            return { status, body: Buffer.from(body) };
          },
        );
      const readBack = createReadBack({
        records,
        receipts,
        publicUrls: [siteUrl],
        read,
        pause: pauseOf(process),
        quiet: async () => {},
        log,
      });
      const handle = createHandler({
        inbox: {
          onceEach: (eventIds, effect) =>
            faults.call('site-db', down, () => siteStore.inbox.onceEach(eventIds, effect)),
        },
        site: over(siteStore.writes, 'site-db', faults, down),
        staging,
        receipts,
        inspect: createInspection({
          records,
          read,
          publicUrl: siteUrl,
          publish: bus.publish,
          now: clockOf('site'),
          log,
        }),
        remember: (releases) => void view.remember(releases),
        onLive: () => void readBack.wake(),
        log,
      });
      handlers.set(process.name, (event) =>
        handle(event).catch((error) => {
          throw isDatabaseDown(error) ? new TransientFailure('database is away', { cause: error }) : error;
        }),
      );
      const { incarnation } = process;
      const sweep = () => {
        if (process.incarnation !== incarnation) return;
        process.run(() => void readBack.wake());
        scheduler.after(30_000, sweep, process.clock);
      };
      sweep();
    }),
  );

  const answering = (activities: DeliveryActivities, service: string): DeliveryActivities & AnsweringActivities => ({
    ...activities,
    awaitOutcome: createAwaitOutcome(activities),
    sendReceipt: (receipt) => bus.publish([receiptEvent(receipt, `/lockstep/${service}`)]),
    sendInspection: (inspection) => bus.publish([inspectionEvent(inspection, `/lockstep/${service}`)]),
  });
  const consumerOf = (channel: Channel, taskQueue: string) =>
    createDeliveryConsumer({ client: temporal.client, channel, taskQueue, log });

  const media = createProcess('new-media', scheduler, (process) => {
    const store = over(deliveries, 'media-db', faults, down);
    store.publishRecord = (ref) => over(deliveries.publishRecord(ref), 'media-db', faults, down);
    store.uploads = (account) => over(deliveries.uploads(account), 'media-db', faults, down);
    const accounts = connectAccounts(wechatAccounts, {
      apiUrl: wechatUrl,
      secrets: new Map(),
      store,
      blobs,
      now: Date.now,
      pause: pauseOf(process),
      settle: SETTLE,
    });
    const activities = createNewMediaActivities({ store, accounts, blobs, now: Date.now, limits: LIMITS });
    mediaActivities = answering(activities, 'new-media');
    const consumer = consumerOf('wechat', taskQueues.wechat);
    handlers.set(process.name, consumer);
  });

  const pressService = createProcess('press', scheduler, (process) => {
    const store = over(pressStore, 'press-db', faults, down);
    pressActivities = answering(createPressDelivery({ store, staging, mailer: mail.mailer, press }), 'press');
    const consumer = consumerOf('press-pack', taskQueues['press-pack']);
    handlers.set(process.name, consumer);
  });

  workers[taskQueues.core] = { process: worker, activities: () => releaseActivities };
  workers[taskQueues.wechat] = { process: media, activities: () => mediaActivities };
  workers[taskQueues['press-pack']] = { process: pressService, activities: () => pressActivities };
  bus.subscribe('core', Topic.receipts, [handlerOf(worker)]);
  bus.subscribe('website', Topic.releases, websites.map(handlerOf));
  bus.subscribe('new-media', Topic.releases, [handlerOf(media)]);
  bus.subscribe('press', Topic.releases, [handlerOf(pressService)]);

  return {
    scheduler,
    faults,
    temporal,
    bus,
    core,
    /** The core's rows as an operator's command meets them. */
    rows: {
      store: over(core.store, 'core-db', faults, down),
      repairs: over(repairs, 'core-db', faults, down),
    },
    siteStore,
    wechat,
    mail,
    skews,
    processes: [worker, ...websites, media, pressService],
    /** What no retry would ever mend. */
    broken,
    told,
  };
}
export type World = ReturnType<typeof createWorld>;

function blobStore(faults: Faults): BlobStore {
  const known = new Map<string, Uint8Array>();
  const away = () => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  return {
    put: (bytes) =>
      faults.call('blobs', away, () => {
        known.set(digestOf(bytes), bytes);
        return digestOf(bytes);
      }),
    get: (digest) =>
      faults.call('blobs', away, () => {
        const bytes = known.get(digest);
        if (!bytes) throw permanent('StagingDamaged', { zh: `内容库中没有 ${digest}`, en: `There is no ${digest}` });
        return bytes;
      }),
    has: (digest) => faults.call('blobs', away, () => known.has(digest)),
  };
}
