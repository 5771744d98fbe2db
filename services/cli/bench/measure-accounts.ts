import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NativeConnection } from '@temporalio/worker';
import { createAwaitOutcome } from '../../../activities/delivery/await-outcome.ts';
import { samplePost } from '../../../infra/bench/sample-post.ts';
import { scratchDirectory } from '../../../infra/bench/scratch.ts';
import { createFileBlobStore } from '../../../infra/blobs/file-store.ts';
import { createLogger } from '../../../infra/logger.ts';
import { openNewMediaDatabase } from '../../../infra/postgres/new-media/open.ts';
import { startWeChatSandbox } from '../../../infra/sandbox/index.ts';
import { connectTemporal, type TemporalSettings } from '../../../infra/temporal/client.ts';
import { workflowBundle } from '../../../infra/temporal/workflow-bundle.ts';
import type { AccountsBench, AccountsBenchRun } from '../../../schemas/bench.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import type { WeChatAccountSetting } from '../../../schemas/configuration.ts';
import { ReleaseEvent } from '../../../schemas/events.ts';
import type { ChannelReceipt } from '../../../schemas/receipt.ts';
import { ReleaseId } from '../../../schemas/release.ts';
import { deliveryId } from '../../../workflows/delivery/messages.ts';
import { createDeliveryConsumer } from '../../delivery/consumer.ts';
import { createDeliveryWorker } from '../../delivery/worker.ts';
import { connectAccounts } from '../../new-media/accounts.ts';
import { createNewMediaActivities, LIMITS } from '../../new-media/activities.ts';
import { SETTLE } from '../../new-media/wechat/delivery.ts';
import { medianOf } from './statistics.ts';

type Options = {
  temporal: TemporalSettings;
  /** An empty PostgreSQL database. */
  databaseUrl: string;
  /** Numbers of accounts, each measured by releases of its own. */
  counts: number[];
  /** Small numbers are measured so often; the figure is the median. */
  repeatsBelow100: number;
  progress: (text: string) => void;
};

/**
 * One release to 1, 10, … sandbox accounts, from the order to the last receipt: the real consumer, workflows, activities
 * and records, on a real Temporal and PostgreSQL. The platform stands in this process and publishes at once, so that
 * times are our own work, ten calls for each account included. Every release has accounts that were never used before.
 */
export async function measureAccounts(options: Options): Promise<AccountsBench> {
  const { counts, repeatsBelow100, progress } = options;
  const plan = counts.flatMap((accounts) =>
    Array.from({ length: accounts < 100 ? repeatsBelow100 : 1 }, () => accounts),
  );
  await using bench = await benchOf(options, WARM_UP + plan.reduce((total, each) => total + each, 0));
  await bench.release(WARM_UP);
  const measured: Measured[] = [];
  for (const accounts of plan) {
    progress(`${accounts} 个公众号 accounts`);
    measured.push(await bench.release(accounts));
  }
  const runs = counts.map((accounts) => runOf(measured.filter((each) => each.accounts === accounts)));
  const perAccount = (count: number) => runs.find(({ accounts }) => accounts === count)?.msPerAccount;
  const [ten, thousand] = [perAccount(10), perAccount(1000)];
  return { runs, thousandToTen: ten && thousand ? thousand / ten : null };
}

const WARM_UP = 10;

type Measured = Pick<AccountsBenchRun, 'accounts' | 'prepareMs' | 'liveMs' | 'verifiedMs'> & {
  events: number;
  historyBytes: number;
  peakBytes: number;
};

function runOf(measured: Measured[]): AccountsBenchRun {
  const median = (value: (each: Measured) => number) => medianOf(measured.map(value));
  const most = (value: (each: Measured) => number) => Math.max(...measured.map(value));
  const accounts = measured[0]?.accounts ?? 0;
  return {
    accounts,
    repeats: measured.length,
    prepareMs: median(({ prepareMs }) => prepareMs),
    liveMs: median(({ liveMs }) => liveMs),
    verifiedMs: median(({ verifiedMs }) => verifiedMs),
    msPerAccount: median(({ prepareMs, verifiedMs }) => (prepareMs + verifiedMs) / accounts),
    mostEvents: most(({ events }) => events),
    mostHistoryBytes: most(({ historyBytes }) => historyBytes),
    peakBytes: most(({ peakBytes }) => peakBytes),
  };
}

/** Platform, records and Temporal for all the releases of a measurement. */
async function benchOf({ temporal, databaseUrl }: Options, total: number) {
  await using stack = new AsyncDisposableStack();
  const { path: dataDir } = stack.use(await scratchDirectory());
  const settings = Array.from({ length: total }, (_, at) => accountOf(at));
  const secrets = new Map(settings.map(({ appId }) => [appId, secretOf(appId)]));
  const platform = await startWeChatSandbox({
    dataDir: join(dataDir, 'wechat'),
    accounts: settings.map(({ appId, name }) => ({
      appid: appId,
      secret: secretOf(appId),
      name,
      publishMilliseconds: 0,
    })),
  });
  stack.defer(() => platform.close());
  const { store, close } = await openNewMediaDatabase(databaseUrl);
  stack.defer(close);
  const blobs = createFileBlobStore(join(dataDir, 'blobs'));
  const objects = await samplePost(blobs);
  const client = await connectTemporal(temporal);
  stack.defer(() => client.connection.close());
  const connection = await NativeConnection.connect({ address: temporal.address });
  stack.defer(() => connection.close());
  const bundle = await workflowBundle(join(dataDir, 'workflows.js')); // made in a child: its memory is not counted
  const log = createLogger('bench', 'error');
  const deps = { secrets, store, blobs, now: Date.now, pause };
  let used = 0;

  async function release(count: number): Promise<Measured> {
    const own = settings.slice(used, used + count);
    used += count;
    const accounts = connectAccounts(own, { ...deps, apiUrl: platform.url, settle: SETTLE });
    const activities = createNewMediaActivities({ ...deps, accounts, limits: LIMITS });
    const heard = new Map<ChannelReceipt['state'], number>();
    const taskQueue = `lockstep-bench-${randomUUID()}`;
    const worker = await createDeliveryWorker({
      connection,
      namespace: temporal.namespace,
      taskQueue,
      workflowBundle: bundle,
      activities: {
        ...activities,
        awaitOutcome: createAwaitOutcome(activities),
        sendReceipt: async ({ state }) => void heard.set(state, performance.now()),
        sendInspection: async () => {},
      },
    });
    const consume = createDeliveryConsumer({ client, channel: 'wechat', taskQueue, manyAccounts: true, log });
    const [releaseId, bundleId] = [ReleaseId.parse(randomUUID()), BundleId.parse(randomUUID())];
    const ref = { releaseId, bundleId, channel: 'wechat' } as const;
    const order = async (kind: 'prepare' | 'publish', event: ReleaseEvent) => {
      const since = performance.now();
      await consume(event);
      const handle = client.workflow.getHandle(deliveryId(kind, ref));
      await handle.result();
      const { historyLength, historySize = 0 } = await handle.describe();
      return { since, events: historyLength, bytes: historySize };
    };
    const event = (type: ReleaseEvent['type'], data: object) =>
      ReleaseEvent.parse({
        ...envelope,
        id: randomUUID(),
        subject: bundleId,
        type,
        data: { releaseId, seal, ...data },
      });

    const memory = watchMemory();
    try {
      return await worker.runUntil(async () => {
        const prepared = await order(
          'prepare',
          event('release.prepare.v1', { channels: [{ channel: 'wechat', objects }] }),
        );
        const go = { committedAt: new Date().toISOString(), channels: ['wechat'], key: '' };
        const published = await order('publish', event('release.go.v1', go));
        const at = (state: ChannelReceipt['state']) =>
          heard.get(state) ?? fail(`No ${state} receipt, only ${[...heard.keys()].join(', ')}`);
        return {
          accounts: count,
          prepareMs: at('ready') - prepared.since,
          liveMs: at('live') - published.since,
          verifiedMs: at('verified') - published.since,
          events: Math.max(prepared.events, published.events),
          historyBytes: Math.max(prepared.bytes, published.bytes),
          peakBytes: memory.peak(),
        };
      });
    } finally {
      memory.stop();
    }
  }
  const parts = stack.move();
  return { release, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

const seal = 'a'.repeat(64);
const envelope = {
  specversion: '1.0',
  source: '/lockstep/bench',
  time: new Date().toISOString(),
  datacontenttype: 'application/json',
};
const hexOf = (text: string) => createHash('sha256').update(text).digest('hex');
const secretOf = (appId: string) => hexOf(`secret ${appId}`).slice(0, 32);
const accountOf = (at: number): WeChatAccountSetting => ({
  id: `bench-${at}`,
  name: `公众号 ${at}`,
  author: '测量',
  appId: `wx${hexOf(`bench ${at}`).slice(0, 16)}`,
});
const fail = (message: string): never => {
  throw new Error(message);
};

/** Of this process: worker, activities and the platform beside them. */
function watchMemory() {
  let most = process.memoryUsage.rss();
  const timer = setInterval(() => {
    most = Math.max(most, process.memoryUsage.rss());
  }, 200);
  return { peak: () => Math.max(most, process.memoryUsage.rss()), stop: () => clearInterval(timer) };
}
