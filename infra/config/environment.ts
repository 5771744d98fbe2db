import { z } from 'zod';
import { Bucket } from '../blobs/bucket.ts';

const address = z.string().regex(/^\[?[^\s]+\]?:\d{1,5}$/, 'Expected host:port');
const database = z.url({ protocol: /^postgres(ql)?$/ });
const directory = z.string().min(1);

/** Every setting of every process. A process asks for the ones it needs. */
const settings = {
  LOCKSTEP_TEMPORAL_ADDRESS: address.default('127.0.0.1:7233'),
  LOCKSTEP_TEMPORAL_NAMESPACE: z.string().min(1).default('default'),
  LOCKSTEP_KAFKA_BROKERS: z
    .string()
    .regex(/^[^,\s]+(,[^,\s]+)*$/, 'Expected host:port, or several with commas between')
    .transform((value) => value.split(',')),
  /** Ed25519 key in PEM that signs this process's events; nobody else may read it. */
  LOCKSTEP_EVENT_PRIVATE_KEY_FILE: z.string().min(1),
  /** `event-keys.json`: whose events are believed. */
  LOCKSTEP_EVENT_KEYS_FILE: z.string().min(1),
  LOCKSTEP_DATABASE_URL: database,
  LOCKSTEP_WEBSITE_DATABASE_URL: database,
  LOCKSTEP_NEW_MEDIA_DATABASE_URL: database,
  LOCKSTEP_PRESS_DATABASE_URL: database,
  /** Blob store of the core: submitted parts and what channels inside the core work on. */
  LOCKSTEP_BLOB_DIR: directory.optional(),
  /** The same store in S3-compatible storage, instead of a directory. */
  LOCKSTEP_BLOB_S3_URL: Bucket.optional(),
  /** Blob store that services outside the core may read: ciphertext only. */
  LOCKSTEP_STAGING_DIR: directory.optional(),
  /** With credentials of its own: a service outside the core may read here and do nothing else. */
  LOCKSTEP_STAGING_S3_URL: Bucket.optional(),
  LOCKSTEP_DATA_DIR: directory,
  /** Directory of gates.yaml, channels.yaml, people.yaml, calendar.yaml, clocks.yaml; the shipped ones where it is not set. */
  LOCKSTEP_CONFIG_DIR: directory.optional(),
  LOCKSTEP_API_LISTEN: address.default('127.0.0.1:7610'),
  /** One or more addresses with commas between: a public site listens on IPv4 and IPv6. */
  LOCKSTEP_WEBSITE_LISTEN: z
    .string()
    .transform((value) => value.split(','))
    .pipe(z.array(address).min(1)),
  LOCKSTEP_WEBSITE_URL: z.url(),
  LOCKSTEP_WECHAT_API_URL: z.url().default('https://api.weixin.qq.com'),
  /** JSON, AppID to AppSecret of every account in channels.yaml; or a file that holds it. */
  LOCKSTEP_WECHAT_SECRETS: z.string().min(2).optional(),
  LOCKSTEP_WECHAT_SECRETS_FILE: z.string().min(1).optional(),
  LOCKSTEP_SMTP_URL: z.url({ protocol: /^smtps?$/ }),
  /** Where delivery workers listen for health checks. */
  LOCKSTEP_HEALTH_LISTEN: address,
  /** A workflow bundle made beforehand; without one the worker bundles at its start. */
  LOCKSTEP_WORKFLOW_BUNDLE: z.string().min(1).optional(),
  LOCKSTEP_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error']).default('info'),
} as const;
type Settings = typeof settings;

export type Environment = Record<string, string | undefined>;

/** Reads the named settings at once, and names every one that is wrong. Below `main.ts`, code is handed what it needs. */
export function readSettings<K extends keyof Settings>(env: Environment, names: readonly K[]) {
  const shape = Object.fromEntries(names.map((name) => [name, settings[name]])) as unknown as Pick<Settings, K>;
  const { data, error } = z.object(shape).safeParse(env);
  if (error) throw new Error(`配置不可用 Configuration cannot be used:\n${z.prettifyError(error)}`);
  return data;
}
