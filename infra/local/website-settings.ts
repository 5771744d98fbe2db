import type { Environment } from '../config/environment.ts';
import { eventKeyFiles } from '../kafka/event-keys.ts';
import { databaseUrls } from './databases.ts';
import { readJson } from './files.ts';
import { recordedInstance } from './instances.ts';
import { kafka } from './kafka.ts';
import { dataLayout } from './layout.ts';
import { postgres } from './postgres.ts';
import { recordedRun } from './run-state.ts';
import { Secrets } from './secrets.ts';

/**
 * The website's settings for a program on its machine: what the environment names, else what `npm start` gave the
 * website's own process. What neither knows is missing. Starts nothing.
 */
export async function websiteSettings(dataDir: string, env: Environment): Promise<Environment> {
  const layout = dataLayout(dataDir);
  const [ofKafka, ofPostgres, run, secrets] = await Promise.all([
    recordedInstance(kafka, dataDir),
    recordedInstance(postgres, dataDir),
    recordedRun(dataDir), // also of a system that has been stopped: the site's address stays
    readJson(layout.secrets, Secrets),
  ]);
  const { privateKey, publicKeys } = eventKeyFiles(dataDir);
  const adminUrl = env[postgres.variable] || ofPostgres?.address;
  return {
    LOCKSTEP_KAFKA_BROKERS: env.LOCKSTEP_KAFKA_BROKERS || ofKafka?.address,
    LOCKSTEP_EVENT_PRIVATE_KEY_FILE: env.LOCKSTEP_EVENT_PRIVATE_KEY_FILE || privateKey('website'),
    LOCKSTEP_EVENT_KEYS_FILE: env.LOCKSTEP_EVENT_KEYS_FILE || publicKeys,
    LOCKSTEP_WEBSITE_DATABASE_URL:
      env.LOCKSTEP_WEBSITE_DATABASE_URL || (adminUrl && secrets && databaseUrls(adminUrl, secrets).website),
    LOCKSTEP_STAGING_DIR: env.LOCKSTEP_STAGING_DIR || (env.LOCKSTEP_STAGING_S3_URL ? undefined : layout.staging),
    LOCKSTEP_STAGING_S3_URL: env.LOCKSTEP_STAGING_S3_URL,
    LOCKSTEP_WEBSITE_URL: env.LOCKSTEP_WEBSITE_URL || run?.addresses.websiteUrl,
  };
}
