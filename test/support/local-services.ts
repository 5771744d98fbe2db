import { createHash, randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { defaultCacheDir, repositoryRoot } from '../../infra/local/layout.ts';
import { type Provisioned, provisionLocal } from '../../infra/local/provision.ts';
import { createReporter } from '../../infra/local/report.ts';

const variables = ['LOCKSTEP_TEMPORAL_ADDRESS', 'LOCKSTEP_KAFKA_BROKERS', 'LOCKSTEP_POSTGRES_URL'] as const;

let provisioned: Provisioned | undefined;

/**
 * Runs once before a lane that needs real services (see vitest.config.ts). Under `npm test` they run already and the
 * environment says where; run by hand, they are started here and shared with other runs of the same checkout.
 */
export async function setup(): Promise<void> {
  if (variables.every((name) => process.env[name])) return;
  provisioned = await provisionLocal({
    dataDir: sharedTestDataDir(),
    cacheDir: defaultCacheDir(process.env),
    report: createReporter(process.stderr),
    profile: 'test',
  });
  process.env.LOCKSTEP_TEMPORAL_ADDRESS = provisioned.temporal.address;
  process.env.LOCKSTEP_TEMPORAL_NAMESPACE = provisioned.temporal.namespace;
  process.env.LOCKSTEP_KAFKA_BROKERS = provisioned.kafka.brokers.join(',');
  process.env.LOCKSTEP_POSTGRES_URL = provisioned.postgres.adminUrl;
}

export async function teardown(): Promise<void> {
  await provisioned?.stop();
}

/** Outside the checkout, so that tests never meet the data of `npm start`; one per user and checkout. */
function sharedTestDataDir(): string {
  const checkout = createHash('sha256').update(repositoryRoot).digest('hex').slice(0, 8);
  return join(tmpdir(), `lockstep-test-${process.getuid?.() ?? 'user'}-${checkout}`);
}

export interface TestServices {
  temporal: { address: string; namespace: string };
  kafka: { brokers: string[] };
  postgres: { adminUrl: string };
}

/** Addresses of the real services that this lane runs against. */
export function testServices(): TestServices {
  const [address, brokers, adminUrl] = variables.map((name) => process.env[name]);
  if (!address || !brokers || !adminUrl) {
    throw new Error('No local services: does this lane have test/support/local-services.ts as its global set-up?');
  }
  return {
    temporal: { address, namespace: process.env.LOCKSTEP_TEMPORAL_NAMESPACE || 'default' },
    kafka: { brokers: brokers.split(',') },
    postgres: { adminUrl },
  };
}

export interface TestDatabase {
  url: string;
  drop(): Promise<void>;
}

/** An empty database that no other test knows of. Call `drop` in `afterAll`; it also cuts open connections. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { adminUrl } = testServices().postgres;
  const name = `test_${randomBytes(6).toString('hex')}`;
  await administer(adminUrl, `create database ${name}`);
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return { url: url.toString(), drop: () => administer(adminUrl, `drop database if exists ${name} with (force)`) };
}

async function administer(adminUrl: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
