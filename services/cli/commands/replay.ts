import { z } from 'zod';
import { TransientFailure } from '../../../activities/ports/event-bus.ts';
import { openBlobStore } from '../../../infra/blobs/open.ts';
import { readSettings } from '../../../infra/config/environment.ts';
import { EventKeyFailure, openEventCodec } from '../../../infra/kafka/event-keys.ts';
import { createKafkajsEventBus } from '../../../infra/kafka/kafkajs-event-bus.ts';
import { websiteSettings } from '../../../infra/local/website-settings.ts';
import { createLogger } from '../../../infra/logger.ts';
import { isDatabaseDown } from '../../../infra/postgres/client.ts';
import { openWebsiteDatabase } from '../../../infra/postgres/website/open.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { CliReplayed } from '../../../schemas/replay.ts';
import { createReceipts } from '../../website/receipts.ts';
import { replayWebsite } from '../../website/replay.ts';
import { CliFailure, usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { replayView } from '../replay-view.ts';

const Options = z.object({ dryRun: z.boolean().default(false) });
const needed = ['LOCKSTEP_KAFKA_BROKERS', 'LOCKSTEP_WEBSITE_DATABASE_URL', 'LOCKSTEP_WEBSITE_URL'] as const;
const keys = ['LOCKSTEP_EVENT_PRIVATE_KEY_FILE', 'LOCKSTEP_EVENT_KEYS_FILE'] as const;
const staging = ['LOCKSTEP_STAGING_DIR', 'LOCKSTEP_STAGING_S3_URL'] as const;

/** 重放: ends 0 where the site shows what the log says, 1 where it does not. */
export async function replayTheWebsite(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { dryRun } = Options.parse(rawOptions);
  const settings = await siteSettings(invocation);
  const codec = await codecOf(settings);
  const log = createLogger('replay', 'silent'); // standard output is the answer
  const bus = createKafkajsEventBus({ brokers: settings.LOCKSTEP_KAFKA_BROKERS, clientId: 'replay', log });
  try {
    const site = await openWebsiteDatabase(settings.LOCKSTEP_WEBSITE_DATABASE_URL);
    try {
      const result = CliReplayed.parse(
        await replayWebsite(
          {
            bus,
            decode: codec.decode,
            site,
            staging: openBlobStore('STAGING', {
              directory: settings.LOCKSTEP_STAGING_DIR,
              bucket: settings.LOCKSTEP_STAGING_S3_URL,
            }),
            receipts: createReceipts({
              records: site.records,
              publicUrl: settings.LOCKSTEP_WEBSITE_URL.replace(/\/+$/, ''),
              publish: (events) => bus.publish(events.map(codec.encode)),
            }),
            progress: progressTo(invocation),
            log,
            signal: invocation.signal,
          },
          { dryRun },
        ),
      );
      invocation.print(result, replayView(result, invocation.colors));
      return result.drift.length + result.events.failed.length === 0 ? ExitCode.ok : ExitCode.failed;
    } finally {
      await site.close();
    }
  } catch (error) {
    throw away(error) ?? error;
  } finally {
    await bus.close();
  }
}

async function siteSettings({ dataDir, environment }: Invocation) {
  const found = await websiteSettings(dataDir, environment);
  const missing = needed.filter((name) => !found[name]);
  if (missing.length === 0) return readSettings(found, [...needed, ...keys, ...staging]);
  throw usage(
    {
      zh: `不知道网站的设置：${missing.join('、')}。`,
      en: `Settings of the website are not known: ${missing.join(', ')}.`,
    },
    {
      zh: '在网站的机器上运行；系统不是 npm start 启动的，就用环境变量给出这些设置。',
      en: 'Run this on the machine of the website; give the settings in the environment where npm start did not start it.',
    },
  );
}

type KeySettings = Record<(typeof keys)[number], string>;

/** The site's own key: a replay answers in its name. */
async function codecOf(settings: KeySettings) {
  try {
    return await openEventCodec(settings.LOCKSTEP_EVENT_PRIVATE_KEY_FILE, settings.LOCKSTEP_EVENT_KEYS_FILE);
  } catch (error) {
    if (!(error instanceof EventKeyFailure)) throw error;
    throw usage(error.what);
  }
}

/** A bar of numbers on standard error; a pipe gets every tenth. */
function progressTo({ stderr }: Invocation): (read: number, total: number) => void {
  let told = -1;
  return (read, total) => {
    const tenth = Math.floor((10 * read) / total);
    if (tenth === told) return;
    told = tenth;
    stderr.write(`读日志 reading the log  ${read} / ${total}\n`);
  };
}

function away(error: unknown): CliFailure | undefined {
  const database = isDatabaseDown(error);
  if (!database && !(error instanceof TransientFailure)) return undefined;
  return new CliFailure({
    type: 'DependencyDown',
    message: database
      ? { zh: '网站数据库连接不上，或者中途断开。', en: 'The database of the website cannot be reached, or went away.' }
      : {
          zh: 'Kafka 或内容库连接不上，或者中途断开。',
          en: `Kafka or the blob store cannot be reached, or went away: ${(error as Error).message}`,
        },
    mend: {
      zh: '恢复后再运行一次：已经处理的会跳过。lockstep doctor 可以检查原因。',
      en: 'Run it again once that is back: what was handled is passed over. lockstep doctor looks for the reason.',
    },
  });
}
