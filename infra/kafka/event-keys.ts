import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { keyIdOf } from '../../activities/audit/checkpoint.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { Channel } from '../../schemas/bundle.ts';
import { createEventCodec, type EventCodec, type EventKeys, type EventProducer } from './event-signature.ts';

const Producer = z.strictObject({
  says: z.array(z.string().regex(/^[a-z]+\.$/)),
  channel: Channel.nullable(),
  /** Key id (SHA-256 of the SPKI) to public key in PEM. */
  keys: z.record(z.string(), z.string()),
});
/** `event-keys.json`: whom to believe what. Nothing in it is secret. */
const EventKeysFile = z.strictObject({
  format: z.literal('lockstep-event-keys'),
  version: z.literal(1),
  producers: z.record(z.string(), Producer),
});
type EventKeysFile = z.infer<typeof EventKeysFile>;

export type ProducerName = 'core' | 'website' | 'new-media' | 'press';

/** The core's worker and api give orders and say what became of bundles; a channel service answers for its channel. */
const producers: Record<ProducerName, Omit<z.infer<typeof Producer>, 'keys'>> = {
  core: { says: ['bundle.', 'release.', 'audit.'], channel: null },
  website: { says: ['channel.'], channel: 'website' },
  'new-media': { says: ['channel.'], channel: 'wechat' },
  press: { says: ['channel.'], channel: 'press-pack' },
};

/** Where the keys of events lie in a data directory. */
export const eventKeyFiles = (dataDir: string) => ({
  publicKeys: join(dataDir, 'event-keys.json'),
  privateKey: (producer: ProducerName) => join(dataDir, `event-private-key-${producer}.pem`),
});

/** A key that cannot be used, in words for the person who starts the process. */
export class EventKeyFailure extends Error {
  override readonly name = 'EventKeyFailure';
  readonly what: { zh: string; en: string };

  constructor(what: { zh: string; en: string }) {
    super(`${what.zh}\n${what.en}`);
    this.what = what;
  }
}

/**
 * Makes the keys that are missing, of all producers in one step: whoever starts afterwards finds every other one's. A
 * private key that was removed is made anew, and the old public key stays for what it signed: that is a rotation.
 */
export async function ensureEventKeys(dataDir: string): Promise<void> {
  const files = eventKeyFiles(dataDir);
  await mkdir(dataDir, { recursive: true });
  const known = await readKeysFile(files.publicKeys);
  const entries = Object.entries(producers).map(async ([name, may]) => {
    const publicKey = createPublicKey(await ensurePrivateKey(files.privateKey(name as ProducerName)));
    const keys = { ...known?.producers[name]?.keys, [keyIdOf(publicKey)]: pemOf(publicKey) };
    return [name, { ...may, keys }] as const;
  });
  const ours = Object.fromEntries(await Promise.all(entries));
  await writeKeysFile(files.publicKeys, { ...known?.producers, ...ours });
}

/** Adds the public keys of another `event-keys.json`, as of a backup: what they signed stays readable. */
export async function addEventKeys(from: string, dataDir: string): Promise<void> {
  const added = await readKeysFile(from);
  if (!added) return;
  const { publicKeys } = eventKeyFiles(dataDir);
  const here = (await readKeysFile(publicKeys))?.producers ?? {};
  const names = new Set([...Object.keys(added.producers), ...Object.keys(here)]);
  const merged = [...names].flatMap((name) => {
    const producer = here[name] ?? added.producers[name];
    return producer ? [[name, { ...producer, keys: { ...added.producers[name]?.keys, ...producer.keys } }]] : [];
  });
  await writeKeysFile(publicKeys, Object.fromEntries(merged));
}

/** The keys of a process, from the files that its settings name; the public ones as they are now. @throws EventKeyFailure */
export async function openEventCodec(privateKeyPath: string, publicKeysPath: string): Promise<EventCodec> {
  const pem = await readOrNull(privateKeyPath);
  if (pem === null) throw failure(privateKeyPath, '没有事件签名的私钥', 'the private key that signs events is missing');
  const keys = await loadEventKeys(publicKeysPath);
  const privateKey = parsed(privateKeyPath, () => createPrivateKey(pem));
  if (!keys.has(keyIdOf(privateKey)))
    throw failure(publicKeysPath, `里面没有 ${privateKeyPath} 的公钥`, `lacks the public key of ${privateKeyPath}`);
  return createEventCodec(privateKey, followKeys(publicKeysPath, keys));
}

/**
 * A rotation asks nobody to start anew: a key that was added is believed and one that was taken out is not from the next
 * event on. While the file cannot be read, what was known counts on, and what was not known waits.
 */
function followKeys(path: string, first: EventKeys): EventKeys {
  let [keys, seen] = [first, ''];
  return {
    get(keyId) {
      let unreadable: unknown = null;
      try {
        const { mtimeNs, size, ino } = statSync(path, { bigint: true });
        const now = [mtimeNs, size, ino].join();
        if (now !== seen) [keys, seen] = [keysIn(path, readFileSync(path, 'utf8')), now];
      } catch (error) {
        unreadable = error;
      }
      const known = keys.get(keyId);
      if (!known && unreadable) throw new TransientFailure(`${path} cannot be read`, { cause: unreadable });
      return known;
    },
  };
}

/** @throws EventKeyFailure */
export async function loadEventKeys(path: string): Promise<KeysById> {
  const text = await readOrNull(path);
  if (text === null) throw failure(path, '没有事件公钥文件', 'the file of public event keys is missing');
  return keysIn(path, text);
}

type KeysById = ReadonlyMap<string, { producer: EventProducer; key: KeyObject }>;

function keysIn(path: string, text: string): KeysById {
  const file = parsed(path, () => EventKeysFile.parse(JSON.parse(text)));
  const keys: [string, { producer: EventProducer; key: KeyObject }][] = [];
  for (const [name, producer] of Object.entries(file.producers)) {
    for (const [keyId, pem] of Object.entries(producer.keys)) {
      const key = parsed(path, () => createPublicKey(pem));
      if (key.asymmetricKeyType !== 'ed25519' || keyIdOf(key) !== keyId)
        throw failure(
          path,
          `${name} 的公钥 ${keyId} 与编号不符`,
          `the key ${keyId} of ${name} is not the one of this id`,
        );
      keys.push([keyId, { producer: { name, ...producer }, key }]);
    }
  }
  // One key under two names would have the rights of whichever came last.
  if (new Set(keys.map(([keyId]) => keyId)).size < keys.length)
    throw failure(path, '同一公钥属于两个服务', 'two producers have the same key');
  return new Map(keys);
}

async function ensurePrivateKey(path: string): Promise<KeyObject> {
  const known = await readOrNull(path);
  if (known !== null) return parsed(path, () => createPrivateKey(known));
  const { privateKey } = generateKeyPairSync('ed25519');
  await writeAside(path, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), 0o600);
  return privateKey;
}

async function readKeysFile(path: string): Promise<EventKeysFile | null> {
  const text = await readOrNull(path);
  return text === null ? null : parsed(path, () => EventKeysFile.parse(JSON.parse(text)));
}

const writeKeysFile = (path: string, all: EventKeysFile['producers']): Promise<void> => {
  const file: EventKeysFile = { format: 'lockstep-event-keys', version: 1, producers: all };
  return writeAside(path, `${JSON.stringify(file, null, 2)}\n`, 0o644);
};

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

function parsed<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch {
    throw failure(path, '读不懂', 'cannot be read'); // the parser's own words may quote the key
  }
}

const failure = (path: string, zh: string, en: string): EventKeyFailure =>
  new EventKeyFailure({
    zh: `${path}：${zh}。npm start 会补齐缺少的密钥；自行启动的进程用 LOCKSTEP_EVENT_PRIVATE_KEY_FILE 和 LOCKSTEP_EVENT_KEYS_FILE 指定文件，见 docs/operations.md。`,
    en: `${path}: ${en}. npm start makes the keys that are missing; a process started by hand is told its files by LOCKSTEP_EVENT_PRIVATE_KEY_FILE and LOCKSTEP_EVENT_KEYS_FILE, see docs/operations.md.`,
  });

const readOrNull = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

async function writeAside(path: string, content: string, mode: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.new`, content, { mode });
  await rename(`${path}.new`, path);
}
