import { openBlobStore } from '../../infra/blobs/open.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { openEventCodec } from '../../infra/kafka/event-keys.ts';
import { createMailer } from '../../infra/mail/mailer.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { migrate } from '../../infra/postgres/migrate.ts';
import { createPressStore, type PressTables, pressMigrations } from '../../infra/postgres/press/store.ts';
import { taskQueues } from '../../infra/temporal/client.ts';
import { runDeliveryService } from '../delivery/run.ts';
import { runProcess } from '../process-frame.ts';
import { createPressDelivery } from './delivery.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_TEMPORAL_ADDRESS',
  'LOCKSTEP_TEMPORAL_NAMESPACE',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_EVENT_PRIVATE_KEY_FILE',
  'LOCKSTEP_EVENT_KEYS_FILE',
  'LOCKSTEP_PRESS_DATABASE_URL',
  'LOCKSTEP_STAGING_DIR',
  'LOCKSTEP_STAGING_S3_URL',
  'LOCKSTEP_SMTP_URL',
  'LOCKSTEP_CONFIG_DIR',
  'LOCKSTEP_WORKFLOW_BUNDLE',
  'LOCKSTEP_HEALTH_LISTEN',
  'LOCKSTEP_LOG_LEVEL',
]);

/** Press packs: takes sealed packs in and mails them to the media at T0. */
await runProcess('press', settings.LOCKSTEP_LOG_LEVEL, async (context) => {
  const { channels } = await loadOfficeConfig(settings.LOCKSTEP_CONFIG_DIR);
  const codec = await openEventCodec(settings.LOCKSTEP_EVENT_PRIVATE_KEY_FILE, settings.LOCKSTEP_EVENT_KEYS_FILE);
  const db = openDatabase<PressTables>(settings.LOCKSTEP_PRESS_DATABASE_URL);
  context.onStop(() => db.destroy());
  await migrate(db, pressMigrations);
  const mailer = createMailer(settings.LOCKSTEP_SMTP_URL);
  context.onStop(async () => mailer.close());
  await runDeliveryService(
    {
      service: 'press',
      channel: 'press-pack',
      taskQueue: taskQueues['press-pack'],
      temporal: { address: settings.LOCKSTEP_TEMPORAL_ADDRESS, namespace: settings.LOCKSTEP_TEMPORAL_NAMESPACE },
      brokers: settings.LOCKSTEP_KAFKA_BROKERS,
      codec,
      workflowBundlePath: settings.LOCKSTEP_WORKFLOW_BUNDLE,
      healthListen: settings.LOCKSTEP_HEALTH_LISTEN,
      activities: createPressDelivery({
        store: createPressStore(db),
        staging: openBlobStore('STAGING', {
          directory: settings.LOCKSTEP_STAGING_DIR,
          bucket: settings.LOCKSTEP_STAGING_S3_URL,
        }),
        mailer,
        press: channels.press,
      }),
    },
    context,
  );
});
