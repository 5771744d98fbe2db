import { setTimeout as pause } from 'node:timers/promises';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { request } from '../../infra/http/request.ts';
import { decodeEvent, encodeEvent } from '../../infra/kafka/event-codec.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { createLogger } from '../../infra/logger.ts';
import { isDatabaseDown } from '../../infra/postgres/client.ts';
import { openWebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { Topic } from '../../schemas/events.ts';
import { createAnswer } from './answer.ts';
import { createHandler } from './handler.ts';
import { createPublicView } from './public-view.ts';
import { createReadBack } from './read-back.ts';
import { createReceipts } from './receipts.ts';
import { splitAddress, startSite } from './server.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_WEBSITE_DATABASE_URL',
  'LOCKSTEP_WEBSITE_LISTEN',
  'LOCKSTEP_WEBSITE_URL',
  'LOCKSTEP_STAGING_DIR',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_CONFIG_DIR',
  'LOCKSTEP_LOG_LEVEL',
]);
const log = createLogger('website', settings.LOCKSTEP_LOG_LEVEL);
const { channels } = await loadOfficeConfig(settings.LOCKSTEP_CONFIG_DIR);
const publicUrl = settings.LOCKSTEP_WEBSITE_URL.replace(/\/+$/, '');

const { inbox, writes, records, reads, ping, close } = await openWebsiteDatabase(
  settings.LOCKSTEP_WEBSITE_DATABASE_URL,
);
const bus = createKafkajsEventBus({ brokers: settings.LOCKSTEP_KAFKA_BROKERS, clientId: 'lockstep-website', log });
const receipts = createReceipts({ records, publicUrl, publish: (events) => bus.publish(events.map(encodeEvent)) });
const readBack = createReadBack({
  records,
  receipts,
  publicUrls: [...new Set([publicUrl, ...settings.LOCKSTEP_WEBSITE_LISTEN.map(asReadersReachIt)])],
  read: (url) => request({ url, timeoutMs: 5_000, maxBytes: 64 * 1024 * 1024 }),
  pause,
  log,
});
const handle = createHandler({
  inbox,
  site: writes,
  staging: createFileBlobStore(settings.LOCKSTEP_STAGING_DIR),
  receipts,
  onLive: () => void readBack.wake(),
  log,
});

const site = await startSite(
  {
    answer: createAnswer({ site: channels.site, view: createPublicView({ reads }), publicUrl }),
    async notReady() {
      const database = await ping().then(
        () => [],
        () => ['database is away'],
      );
      const { state } = await bus.health();
      return state === 'up' ? database : [...database, 'event bus is away'];
    },
    log,
  },
  settings.LOCKSTEP_WEBSITE_LISTEN,
);
const subscription = await bus.subscribe({
  group: 'website',
  topics: [Topic.releases],
  handler: (record) =>
    handle(decodeEvent(record)).catch((error) => {
      throw isDatabaseDown(error) ? new TransientFailure('database is away', { cause: error }) : error;
    }),
});
void readBack.wake(); // what an earlier process left unverified
const sweep = setInterval(() => void readBack.wake(), 30_000);

let stopping = false;
async function stop(code: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  clearInterval(sweep);
  await bus.close(); // first: what runs may finish while pages are still served
  await site.close();
  await close();
  process.exit(code);
}
process.once('SIGTERM', () => void stop(0));
process.once('SIGINT', () => void stop(0));
void subscription.failed.then((error) => {
  log.fatal({ err: error }, 'consumer stopped for good; exiting to be started anew');
  return stop(1);
});

/** Where a reader on this machine reaches a listener: a wildcard is not an address. */
function asReadersReachIt(listen: string): string {
  const { host, port } = splitAddress(listen);
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}
