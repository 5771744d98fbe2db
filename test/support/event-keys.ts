import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  ensureEventKeys,
  eventKeyFiles,
  loadEventKeys,
  openEventCodec,
  type ProducerName,
} from '../../infra/kafka/event-keys.ts';
import { createSigner, type EventCodec } from '../../infra/kafka/event-signature.ts';

const names: ProducerName[] = ['core', 'website', 'new-media', 'press'];

/** Every producer of an office of one test's own, on keys as a first start makes them. */
export async function ownEventKeys() {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-event-keys-'));
  try {
    await ensureEventKeys(dir);
    const { privateKey, publicKeys } = eventKeyFiles(dir);
    const each = <T>(make: (path: string) => Promise<T>) =>
      Promise.all(names.map(async (name) => [name, await make(privateKey(name))] as const));
    const privateKeys = await each(async (path) => createPrivateKey(await readFile(path)));
    return {
      codecs: Object.fromEntries(await each((path) => openEventCodec(path, publicKeys))) as Record<
        ProducerName,
        EventCodec
      >,
      /** Past the codec: for records on topics of a test's own, and for what no codec would say. */
      signers: Object.fromEntries(privateKeys.map(([name, key]) => [name, createSigner(key)])) as Record<
        ProducerName,
        ReturnType<typeof createSigner>
      >,
      keys: await loadEventKeys(publicKeys),
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
