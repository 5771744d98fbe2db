import { readBundle } from '../../activities/bundles/intake.ts';
import { checkBundle } from '../../activities/checks/check-bundle.ts';
import { RULES } from '../../activities/checks/index.ts';
import { withLossReport } from '../../activities/documents/loss-report.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { openBlobStore } from '../../infra/blobs/open.ts';
import { openZip } from '../../infra/bundle-source/zip.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createSignIn, ensurePeopleTokens } from '../../infra/config/people-tokens.ts';
import { createDocumentReader } from '../../infra/documents/reader.ts';
import { openEventCodec } from '../../infra/kafka/event-keys.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { consumers } from '../../infra/kafka/topics.ts';
import { isDatabaseDown, openDatabase } from '../../infra/postgres/client.ts';
import { createAccessStore } from '../../infra/postgres/core/access.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { createChangeStore } from '../../infra/postgres/core/changes.ts';
import { createDeadLetterStore } from '../../infra/postgres/core/dead-letters.ts';
import { createDelegationStore } from '../../infra/postgres/core/delegations.ts';
import { createDeskStore } from '../../infra/postgres/core/desk.ts';
import { coreMigrations } from '../../infra/postgres/core/migrations.ts';
import { createRepairStore } from '../../infra/postgres/core/repair.ts';
import { createCoreStore } from '../../infra/postgres/core/store.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { loadRuleData } from '../../infra/rule-data/load.ts';
import { connectTemporal, taskQueues } from '../../infra/temporal/client.ts';
import { runProcess } from '../process-frame.ts';
import { createReconciler } from './reconcile/reconciler.ts';
import { createReleases } from './releases.ts';
import { createApi } from './server.ts';
import { createSubmissions } from './submissions.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_TEMPORAL_ADDRESS',
  'LOCKSTEP_TEMPORAL_NAMESPACE',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_EVENT_PRIVATE_KEY_FILE',
  'LOCKSTEP_EVENT_KEYS_FILE',
  'LOCKSTEP_DATABASE_URL',
  'LOCKSTEP_BLOB_DIR',
  'LOCKSTEP_BLOB_S3_URL',
  'LOCKSTEP_DATA_DIR',
  'LOCKSTEP_CONFIG_DIR',
  'LOCKSTEP_API_LISTEN',
  'LOCKSTEP_LOG_LEVEL',
]);

/** The core's API: takes bundles in, and people's acts to the workflow that carries them. */
await runProcess('api', settings.LOCKSTEP_LOG_LEVEL, async ({ log, onStop }) => {
  const office = await loadOfficeConfig(settings.LOCKSTEP_CONFIG_DIR);
  const codec = await openEventCodec(settings.LOCKSTEP_EVENT_PRIVATE_KEY_FILE, settings.LOCKSTEP_EVENT_KEYS_FILE);
  const data = await loadRuleData();
  const tokens = await ensurePeopleTokens(settings.LOCKSTEP_DATA_DIR, office.people.people);
  const db = openDatabase<CoreTables>(settings.LOCKSTEP_DATABASE_URL);
  onStop(() => db.destroy());
  await migrate(db, coreMigrations);
  const store = createCoreStore(db);
  const client = await connectTemporal({
    address: settings.LOCKSTEP_TEMPORAL_ADDRESS,
    namespace: settings.LOCKSTEP_TEMPORAL_NAMESPACE,
  });
  onStop(() => client.connection.close());
  const bus = createKafkajsEventBus({ brokers: settings.LOCKSTEP_KAFKA_BROKERS, clientId: 'api', log });
  onStop(() => bus.close());
  const reader = createDocumentReader();
  onStop(() => reader.close());

  const changes = createChangeStore(db);
  const releases = createReleases(client, taskQueues.core, office.channels.release.lateWindowMinutes * 60_000);
  const reconciler = createReconciler({
    repairs: createRepairStore(db, store),
    store,
    releases,
    bus,
    announce: async (events) => void (await bus.publish(events.map(codec.encode))),
    decode: codec.decode,
    office: office.channels,
  });
  const api = createApi({
    changes,
    releases,
    reconciler,
    store,
    desk: createDeskStore(db),
    delegations: createDelegationStore(db),
    access: createAccessStore(db),
    audit: createAuditStore(db),
    submissions: createSubmissions({
      store,
      blobs: openBlobStore('BLOB', { directory: settings.LOCKSTEP_BLOB_DIR, bucket: settings.LOCKSTEP_BLOB_S3_URL }),
      changes,
      readDocument: reader.readDocument,
      check: (intake) => checkBundle(intake, { readDocument: withLossReport(reader), rules: RULES, data }),
      gates: office.gates,
      overridable: new Set(
        RULES.flatMap(({ codes }) => codes).flatMap(({ code, overridable }) => (overridable ? [code] : [])),
      ),
      channels: office.channels,
      people: office.people.people,
    }),
    deadLetters: { bus, store: createDeadLetterStore(db), consumers, people: office.people.people },
    readZip: async (bytes) => readBundle(await openZip(bytes)),
    signIn: createSignIn(office.people.people, tokens),
    people: office.people.people,
    times: office,
    isDependencyDown: (error) => isDatabaseDown(error) || error instanceof TransientFailure,
    log,
  });
  onStop(() => api.close());
  const separator = settings.LOCKSTEP_API_LISTEN.lastIndexOf(':');
  await api.listen({
    host: settings.LOCKSTEP_API_LISTEN.slice(0, separator),
    port: Number(settings.LOCKSTEP_API_LISTEN.slice(separator + 1)),
  });
  void reader.warmUp('reading');
});
