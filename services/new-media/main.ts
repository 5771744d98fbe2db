import { setTimeout as pause } from 'node:timers/promises';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { openNewMediaDatabase } from '../../infra/postgres/new-media/open.ts';
import { taskQueues } from '../../infra/temporal/client.ts';
import { runDeliveryService } from '../delivery/run.ts';
import { runProcess } from '../process-frame.ts';
import { createNewMediaActivities, LIMITS } from './activities.ts';
import { createWeChatClient } from './wechat/client.ts';
import { articleOriginsOf, createWeChatDelivery, SETTLE } from './wechat/delivery.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_TEMPORAL_ADDRESS',
  'LOCKSTEP_TEMPORAL_NAMESPACE',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_NEW_MEDIA_DATABASE_URL',
  'LOCKSTEP_BLOB_DIR',
  'LOCKSTEP_WECHAT_API_URL',
  'LOCKSTEP_WECHAT_APP_ID',
  'LOCKSTEP_WECHAT_SECRET',
  'LOCKSTEP_HEALTH_LISTEN',
  'LOCKSTEP_WORKFLOW_BUNDLE',
  'LOCKSTEP_LOG_LEVEL',
]);

/** Delivers releases to a WeChat official account: drafts before T0, one post at it, read back afterwards. */
await runProcess('new-media', settings.LOCKSTEP_LOG_LEVEL, async (context) => {
  const apiUrl = settings.LOCKSTEP_WECHAT_API_URL;
  const account = settings.LOCKSTEP_WECHAT_APP_ID;
  const database = await openNewMediaDatabase(settings.LOCKSTEP_NEW_MEDIA_DATABASE_URL);
  context.onStop(() => database.close());
  const blobs = createFileBlobStore(settings.LOCKSTEP_BLOB_DIR);
  const delivery = createWeChatDelivery({
    client: createWeChatClient({ apiUrl, appId: account, secret: settings.LOCKSTEP_WECHAT_SECRET }),
    blobs,
    uploads: database.store.uploads(account),
    now: Date.now,
    pause,
    settle: SETTLE,
    articleOrigins: articleOriginsOf(apiUrl),
  });

  await runDeliveryService(
    {
      service: 'new-media',
      channel: 'wechat',
      account,
      taskQueue: taskQueues.wechat,
      temporal: { address: settings.LOCKSTEP_TEMPORAL_ADDRESS, namespace: settings.LOCKSTEP_TEMPORAL_NAMESPACE },
      brokers: settings.LOCKSTEP_KAFKA_BROKERS,
      workflowBundlePath: settings.LOCKSTEP_WORKFLOW_BUNDLE,
      healthListen: settings.LOCKSTEP_HEALTH_LISTEN,
      activities: createNewMediaActivities({ store: database.store, delivery, blobs, now: Date.now, limits: LIMITS }),
    },
    context,
  );
});
