import { networkInterfaces } from 'node:os';
import type { WeChatAccountSetting } from '../../schemas/configuration.ts';
import { eventKeyFiles, type ProducerName } from '../kafka/event-keys.ts';
import { localAccount } from '../sandbox/wechat/account.ts';
import type { DatabaseUrls } from './databases.ts';
import { dataLayout } from './layout.ts';
import type { Provisioned } from './provision.ts';
import type { Addresses } from './run-state.ts';

/** A process of ours as data: what to run, with which settings, and where it says that it is ready. */
export interface ProcessSpec {
  name: string;
  /** Path of the entry below the repository root. */
  entry: string;
  env: Record<string, string>;
  /** Answers 200 once the process can work. */
  readyUrl: string;
  /** Lower waves are ended first: intake, then work in progress, then what the work talks to. */
  stopWave: 1 | 2 | 3;
}

type Settings = Record<string, string>;

/**
 * Settings that every process may know: addresses of services and of each other. What opens a door (databases, the
 * WeChat secret, the key that signs its events) is given by `processList` to the one process that needs it.
 */
export function environmentFor(
  provisioned: Provisioned,
  dataDir: string,
  env: Record<string, string | undefined>,
): Settings {
  const { temporal, kafka, ports } = provisioned;
  const layout = dataLayout(dataDir);
  const { apiUrl, websiteUrl, wechatUrl, mailUrl } = addressesOf(provisioned, env);
  return {
    LOCKSTEP_TEMPORAL_ADDRESS: temporal.address,
    LOCKSTEP_TEMPORAL_NAMESPACE: temporal.namespace,
    LOCKSTEP_KAFKA_BROKERS: kafka.brokers.join(','),
    LOCKSTEP_EVENT_KEYS_FILE: eventKeyFiles(dataDir).publicKeys,
    LOCKSTEP_STAGING_DIR: layout.staging,
    LOCKSTEP_DATA_DIR: dataDir,
    LOCKSTEP_API_URL: apiUrl,
    LOCKSTEP_WEBSITE_URL: websiteUrl,
    LOCKSTEP_SANDBOX_WECHAT_URL: wechatUrl,
    LOCKSTEP_SANDBOX_MAIL_URL: mailUrl,
    LOCKSTEP_SMTP_URL: `smtp://127.0.0.1:${ports.smtp}`,
    LOCKSTEP_LOG_LEVEL: env.LOCKSTEP_LOG_LEVEL || 'info',
    ...(env.LOCKSTEP_CONFIG_DIR && { LOCKSTEP_CONFIG_DIR: env.LOCKSTEP_CONFIG_DIR }),
    LOCKSTEP_WORKFLOW_BUNDLE: env.LOCKSTEP_WORKFLOW_BUNDLE || layout.workflowBundle,
  };
}

export function addressesOf({ ports }: Provisioned, env: Record<string, string | undefined>): Addresses {
  const local = (port: number) => `http://127.0.0.1:${port}`;
  return {
    apiUrl: local(ports.api),
    websiteUrl: local(ports.website),
    wechatUrl: local(ports.wechat),
    mailUrl: local(ports.mail),
    ...(!env.LOCKSTEP_TEMPORAL_ADDRESS && { temporalUiUrl: local(ports.temporalUi) }),
  };
}

const hasIpv6Loopback = (): boolean =>
  Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

/** Every process of a local system. Each gets the database that is its own and no other. */
export function processList(
  shared: Settings,
  databases: DatabaseUrls,
  { ports }: Provisioned,
  dataDir: string,
  wechatAccounts: readonly WeChatAccountSetting[],
): ProcessSpec[] {
  const layout = dataLayout(dataDir);
  const onPlatform = wechatAccounts.map(localAccount);
  const listen = (port: number) => `127.0.0.1:${port}`;
  const signsAs = (producer: ProducerName): Settings => ({
    LOCKSTEP_EVENT_PRIVATE_KEY_FILE: eventKeyFiles(dataDir).privateKey(producer),
  });
  const core = {
    ...shared,
    ...signsAs('core'),
    LOCKSTEP_DATABASE_URL: databases.core,
    LOCKSTEP_BLOB_DIR: layout.blobs,
  };
  const consumer = (name: 'new-media' | 'press', port: number, env: Settings): ProcessSpec => ({
    name,
    entry: `services/${name}/main.ts`,
    env: { ...shared, ...signsAs(name), LOCKSTEP_HEALTH_LISTEN: listen(port), ...env },
    readyUrl: `http://${listen(port)}/readyz`,
    stopWave: 2,
  });
  return [
    {
      name: 'sandbox',
      entry: 'infra/sandbox/main.ts',
      env: {
        LOCKSTEP_SANDBOX_DATA_DIR: layout.sandbox,
        LOCKSTEP_SANDBOX_WECHAT_LISTEN: listen(ports.wechat),
        LOCKSTEP_SANDBOX_WECHAT_ACCOUNTS: JSON.stringify(onPlatform),
        LOCKSTEP_SANDBOX_MAIL_LISTEN: listen(ports.mail),
        LOCKSTEP_SMTP_LISTEN: listen(ports.smtp),
      },
      readyUrl: `http://${listen(ports.wechat)}/readyz`,
      stopWave: 3,
    },
    {
      name: 'worker',
      entry: 'services/worker/main.ts',
      env: { ...core, LOCKSTEP_HEALTH_LISTEN: listen(ports.workerHealth) },
      readyUrl: `http://${listen(ports.workerHealth)}/readyz`,
      stopWave: 2,
    },
    {
      name: 'api',
      entry: 'services/api/main.ts',
      env: { ...core, LOCKSTEP_API_LISTEN: listen(ports.api) },
      readyUrl: `http://${listen(ports.api)}/readyz`,
      stopWave: 1,
    },
    {
      name: 'website',
      entry: 'services/website/main.ts',
      env: {
        ...shared,
        ...signsAs('website'),
        LOCKSTEP_WEBSITE_DATABASE_URL: databases.website,
        // Both loopbacks: a reader's browser may try either first.
        LOCKSTEP_WEBSITE_LISTEN: [listen(ports.website), ...(hasIpv6Loopback() ? [`[::1]:${ports.website}`] : [])].join(
          ',',
        ),
      },
      readyUrl: `http://${listen(ports.website)}/readyz`,
      stopWave: 2,
    },
    consumer('new-media', ports.newMediaHealth, {
      LOCKSTEP_BLOB_DIR: layout.blobs, // WeChat drafts are made inside the core; press packs outside it
      LOCKSTEP_NEW_MEDIA_DATABASE_URL: databases.newMedia,
      LOCKSTEP_WECHAT_API_URL: `http://${listen(ports.wechat)}`,
      LOCKSTEP_WECHAT_SECRETS: JSON.stringify(
        Object.fromEntries(onPlatform.map(({ appid, secret }) => [appid, secret])),
      ),
    }),
    consumer('press', ports.pressHealth, { LOCKSTEP_PRESS_DATABASE_URL: databases.press }),
  ];
}
