import { Context } from '@temporalio/activity';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createCheckpointer } from '../../activities/audit/checkpointer.ts';
import { createReleaseActivities } from '../../activities/releases/activities.ts';
import { createStageRelease } from '../../activities/releases/stage.ts';
import { createCheckpointLog } from '../../infra/audit/checkpoint-log.ts';
import { auditFiles } from '../../infra/audit/files.ts';
import { ensureAuditKey } from '../../infra/audit/keys.ts';
import { openBlobStore } from '../../infra/blobs/open.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { openEventCodec } from '../../infra/kafka/event-keys.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { coreMigrations } from '../../infra/postgres/core/migrations.ts';
import { createRepairStore } from '../../infra/postgres/core/repair.ts';
import { createCoreStore } from '../../infra/postgres/core/store.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { connectTemporal, taskQueues } from '../../infra/temporal/client.ts';
import { withHeartbeats } from '../../infra/temporal/heartbeat.ts';
import { installTemporalRuntime } from '../../infra/temporal/runtime.ts';
import { workflowBundle } from '../../infra/temporal/workflow-bundle.ts';
import { atLeast } from '../../infra/within.ts';
import { type LockstepEvent, Topic } from '../../schemas/events.ts';
import { consume } from '../consume.ts';
import { runProcess, serveHealth } from '../process-frame.ts';
import { keepCheckpoints } from './checkpoints.ts';
import { createReceiptConsumer } from './receipts.ts';
import { createRender } from './render.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_TEMPORAL_ADDRESS',
  'LOCKSTEP_TEMPORAL_NAMESPACE',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_EVENT_PRIVATE_KEY_FILE',
  'LOCKSTEP_EVENT_KEYS_FILE',
  'LOCKSTEP_DATABASE_URL',
  'LOCKSTEP_BLOB_DIR',
  'LOCKSTEP_BLOB_S3_URL',
  'LOCKSTEP_STAGING_DIR',
  'LOCKSTEP_STAGING_S3_URL',
  'LOCKSTEP_DATA_DIR',
  'LOCKSTEP_CONFIG_DIR',
  'LOCKSTEP_WEBSITE_URL',
  'LOCKSTEP_WORKFLOW_BUNDLE',
  'LOCKSTEP_HEALTH_LISTEN',
  'LOCKSTEP_LOG_LEVEL',
]);

/** The core's worker: runs policyRelease and its activities, and takes the channels' receipts home. */
await runProcess('worker', settings.LOCKSTEP_LOG_LEVEL, async (context) => {
  const { log, onStop, fail } = context;
  installTemporalRuntime(log);
  const office = await loadOfficeConfig(settings.LOCKSTEP_CONFIG_DIR);
  const codec = await openEventCodec(settings.LOCKSTEP_EVENT_PRIVATE_KEY_FILE, settings.LOCKSTEP_EVENT_KEYS_FILE);
  // What many bundles do at one T0, but for the commit that they share, each does on a connection of its own.
  const db = openDatabase<CoreTables>(settings.LOCKSTEP_DATABASE_URL, { max: 20 });
  onStop(() => db.destroy());
  await migrate(db, coreMigrations);
  const store = createCoreStore(db);
  const bus = createKafkajsEventBus({ brokers: settings.LOCKSTEP_KAFKA_BROKERS, clientId: 'worker', log });
  onStop(() => bus.close());

  const temporal = { address: settings.LOCKSTEP_TEMPORAL_ADDRESS, namespace: settings.LOCKSTEP_TEMPORAL_NAMESPACE };
  const client = await connectTemporal(temporal);
  onStop(() => client.connection.close());
  const connection = await NativeConnection.connect({ address: temporal.address });
  onStop(() => connection.close());

  const rendering = createRender({ channels: office.channels, websiteUrl: settings.LOCKSTEP_WEBSITE_URL });
  onStop(() => rendering.close());
  const stage = createStageRelease({
    blobs: openBlobStore('BLOB', { directory: settings.LOCKSTEP_BLOB_DIR, bucket: settings.LOCKSTEP_BLOB_S3_URL }),
    staging: openBlobStore('STAGING', {
      directory: settings.LOCKSTEP_STAGING_DIR,
      bucket: settings.LOCKSTEP_STAGING_S3_URL,
    }),
    render: rendering.render,
  });
  const announcer = {
    announce: async (events: LockstepEvent[]) => void (await bus.publish(events.map(codec.encode))),
  };
  const dataDir = settings.LOCKSTEP_DATA_DIR;
  const checkpointer = createCheckpointer({
    audit: createAuditStore(db),
    log: createCheckpointLog(auditFiles(dataDir).checkpoints),
    key: await ensureAuditKey(dataDir),
    announcer,
  });
  onStop(keepCheckpoints({ checkpointer, log })); // before the worker's: the last one comes after its last row
  const worker = await Worker.create({
    connection,
    namespace: temporal.namespace,
    taskQueue: taskQueues.core,
    workflowBundle: await workflowBundle(settings.LOCKSTEP_WORKFLOW_BUNDLE),
    activities: withHeartbeats(
      createReleaseActivities({
        ...{ store, announcer, calendar: office.calendar, stage },
        // Too early by a millisecond, a hundred attempts would look in vain.
        pause: (ms) => atLeast(ms, Context.current().sleep),
      }),
    ),
    // Commits wait for T0 in their slots: of the usual 100 a T0 of 100 bundles would leave none for anything else.
    maxConcurrentActivityTaskExecutions: 1_000,
    shutdownGraceTime: '10 seconds',
  });
  const running = worker.run();
  running.catch(fail);
  onStop(async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown(); // it may have failed by itself
    await running;
  });

  consume(
    {
      bus,
      group: 'core',
      topic: Topic.receipts,
      decode: codec.decode,
      atOnce: 20, // those of different bundles share a transaction
      handle: createReceiptConsumer({ store, inspections: createRepairStore(db, store), client }),
    },
    context,
  );
  onStop(await serveHealth(settings.LOCKSTEP_HEALTH_LISTEN, async () => worker.getState() === 'RUNNING'));
  void rendering.warmUp();
});
