import { setTimeout as pause } from 'node:timers/promises';
import { openBlobStore } from '../../infra/blobs/open.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { loadWeChatSecrets } from '../../infra/config/wechat-secrets.ts';
import { openEventCodec } from '../../infra/kafka/event-keys.ts';
import { openNewMediaDatabase } from '../../infra/postgres/new-media/open.ts';
import { taskQueues } from '../../infra/temporal/client.ts';
import { runDeliveryService } from '../delivery/run.ts';
import { runProcess } from '../process-frame.ts';
import { connectAccounts } from './accounts.ts';
import { createNewMediaActivities, LIMITS } from './activities.ts';
import { SETTLE } from './wechat/delivery.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_TEMPORAL_ADDRESS',
  'LOCKSTEP_TEMPORAL_NAMESPACE',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_EVENT_PRIVATE_KEY_FILE',
  'LOCKSTEP_EVENT_KEYS_FILE',
  'LOCKSTEP_NEW_MEDIA_DATABASE_URL',
  'LOCKSTEP_BLOB_DIR',
  'LOCKSTEP_BLOB_S3_URL',
  'LOCKSTEP_CONFIG_DIR',
  'LOCKSTEP_WECHAT_API_URL',
  'LOCKSTEP_WECHAT_SECRETS',
  'LOCKSTEP_WECHAT_SECRETS_FILE',
  'LOCKSTEP_HEALTH_LISTEN',
  'LOCKSTEP_WORKFLOW_BUNDLE',
  'LOCKSTEP_LOG_LEVEL',
]);

/** Delivers releases to WeChat official accounts: drafts before T0, one post on each at it, read back afterwards. */
await runProcess('new-media', settings.LOCKSTEP_LOG_LEVEL, async (context) => {
  const { channels } = await loadOfficeConfig(settings.LOCKSTEP_CONFIG_DIR);
  const secrets = await loadWeChatSecrets(settings, channels.wechat.accounts);
  const codec = await openEventCodec(settings.LOCKSTEP_EVENT_PRIVATE_KEY_FILE, settings.LOCKSTEP_EVENT_KEYS_FILE);
  const database = await openNewMediaDatabase(settings.LOCKSTEP_NEW_MEDIA_DATABASE_URL);
  context.onStop(() => database.close());
  const { store } = database;
  const blobs = openBlobStore('BLOB', { directory: settings.LOCKSTEP_BLOB_DIR, bucket: settings.LOCKSTEP_BLOB_S3_URL });
  const accounts = connectAccounts(channels.wechat.accounts, {
    apiUrl: settings.LOCKSTEP_WECHAT_API_URL,
    secrets,
    store,
    blobs,
    now: Date.now,
    pause,
    settle: SETTLE,
  });

  await runDeliveryService(
    {
      service: 'new-media',
      channel: 'wechat',
      taskQueue: taskQueues.wechat,
      manyAccounts: channels.wechat.accounts.length > 100,
      temporal: { address: settings.LOCKSTEP_TEMPORAL_ADDRESS, namespace: settings.LOCKSTEP_TEMPORAL_NAMESPACE },
      brokers: settings.LOCKSTEP_KAFKA_BROKERS,
      codec,
      workflowBundlePath: settings.LOCKSTEP_WORKFLOW_BUNDLE,
      healthListen: settings.LOCKSTEP_HEALTH_LISTEN,
      activities: createNewMediaActivities({ store, accounts, blobs, now: Date.now, limits: LIMITS }),
    },
    context,
  );
});
