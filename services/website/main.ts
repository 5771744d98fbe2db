import { setTimeout as pause } from 'node:timers/promises';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { openBlobStore } from '../../infra/blobs/open.ts';
import { readSettings } from '../../infra/config/environment.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { createPageReader } from '../../infra/http/read-page.ts';
import { openEventCodec } from '../../infra/kafka/event-keys.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { isDatabaseDown } from '../../infra/postgres/client.ts';
import { openWebsiteDatabase } from '../../infra/postgres/website/open.ts';
import { type ReceiptEvent, Topic } from '../../schemas/events.ts';
import { consume } from '../consume.ts';
import { runProcess } from '../process-frame.ts';
import { createAnswer } from './answer.ts';
import { createHandler } from './handler.ts';
import { createInspection } from './inspection.ts';
import { createLull } from './lull.ts';
import { createPublicView } from './public-view.ts';
import { createReadBack } from './read-back.ts';
import { createReceipts } from './receipts.ts';
import { splitAddress, startSite } from './server.ts';

const settings = readSettings(process.env, [
  'LOCKSTEP_WEBSITE_DATABASE_URL',
  'LOCKSTEP_WEBSITE_LISTEN',
  'LOCKSTEP_WEBSITE_URL',
  'LOCKSTEP_STAGING_DIR',
  'LOCKSTEP_STAGING_S3_URL',
  'LOCKSTEP_KAFKA_BROKERS',
  'LOCKSTEP_EVENT_PRIVATE_KEY_FILE',
  'LOCKSTEP_EVENT_KEYS_FILE',
  'LOCKSTEP_CONFIG_DIR',
  'LOCKSTEP_LOG_LEVEL',
]);
/** The public website: takes sealed releases in, switches them on, and shows them to everybody. */
await runProcess('website', settings.LOCKSTEP_LOG_LEVEL, async (context) => {
  const { log, onStop } = context;
  const { channels } = await loadOfficeConfig(settings.LOCKSTEP_CONFIG_DIR);
  const codec = await openEventCodec(settings.LOCKSTEP_EVENT_PRIVATE_KEY_FILE, settings.LOCKSTEP_EVENT_KEYS_FILE);
  const publicUrl = settings.LOCKSTEP_WEBSITE_URL.replace(/\/+$/, '');
  const listeners = settings.LOCKSTEP_WEBSITE_LISTEN;

  const database = await openWebsiteDatabase(settings.LOCKSTEP_WEBSITE_DATABASE_URL);
  onStop(() => database.close());
  const { inbox, writes, records, reads, ping } = database;
  const bus = createKafkajsEventBus({ brokers: settings.LOCKSTEP_KAFKA_BROKERS, clientId: 'website', log });

  const view = createPublicView({ reads });
  const site = await startSite(
    {
      answer: createAnswer({ site: channels.site, view, publicUrl }),
      notReady: () => ailing(ping, async () => (await bus.health()).state === 'up'),
      log,
    },
    listeners,
  );
  onStop(() => site.close());
  onStop(() => bus.close()); // before the listeners close: what runs may finish while pages are still served

  const publish = (events: ReceiptEvent[]) => bus.publish(events.map(codec.encode));
  const read = createPageReader({ timeoutMs: 5_000, maxBytes: 64 * 1024 * 1024 });
  const lull = createLull({ quietMs: 250, mostMs: 2_000, now: () => performance.now(), pause });
  const receipts = createReceipts({ records, publicUrl, publish });
  const readBack = createReadBack({
    records,
    receipts,
    publicUrls: [...new Set([publicUrl, ...listeners.map(asReadersReachIt)])],
    read,
    pause,
    quiet: lull.quiet,
    log,
  });
  const handle = createHandler({
    inbox,
    site: writes,
    staging: openBlobStore('STAGING', {
      directory: settings.LOCKSTEP_STAGING_DIR,
      bucket: settings.LOCKSTEP_STAGING_S3_URL,
    }),
    receipts,
    inspect: createInspection({ records, read, publicUrl, publish, now: () => new Date().toISOString(), log }),
    remember: (releases) => void view.remember(releases),
    onLive: () => void readBack.wake(),
    log,
  });
  consume(
    {
      bus,
      group: 'website',
      topic: Topic.releases,
      decode: codec.decode,
      // Of different bundles: what is there at one T0 shares transactions and sends.
      atOnce: 50,
      handle: (event) => {
        lull.stir();
        return handle(event)
          .catch((error) => {
            throw isDatabaseDown(error) ? new TransientFailure('database is away', { cause: error }) : error;
          })
          .finally(lull.stir);
      },
    },
    context,
  );

  void readBack.wake(); // what an earlier process left unverified
  const sweep = setInterval(() => void readBack.wake(), 30_000);
  onStop(async () => clearInterval(sweep));
});

/** What this instance lacks, in plain words. */
async function ailing(ping: () => Promise<void>, busIsUp: () => Promise<boolean>): Promise<string[]> {
  const database = await ping().then(
    () => [],
    () => ['database is away'],
  );
  return (await busIsUp()) ? database : [...database, 'event bus is away'];
}

/** Where a reader on this machine reaches a listener: a wildcard is not an address. */
function asReadersReachIt(listen: string): string {
  const { host, port } = splitAddress(listen);
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${reached.includes(':') ? `[${reached}]` : reached}:${port}`;
}
