import { createPrivateKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureEventKeys, eventKeyFiles, loadEventKeys, type ProducerName } from '../../infra/kafka/event-keys.ts';
import { createEventCodec, createSigner, type EventCodec } from '../../infra/kafka/event-signature.ts';

const names: ProducerName[] = ['core', 'website', 'new-media', 'press'];

/** Every producer of an office of one test's own, on keys as a first start makes them. */
export async function ownEventKeys() {
  const dir = await mkdtemp(join(tmpdir(), 'lockstep-event-keys-'));
  try {
    await ensureEventKeys(dir);
    const { privateKey, publicKeys } = eventKeyFiles(dir);
    const keys = await loadEventKeys(publicKeys);
    const read = async (name: ProducerName) => [name, createPrivateKey(await readFile(privateKey(name)))] as const;
    const privateKeys = await Promise.all(names.map(read));
    return {
      codecs: Object.fromEntries(privateKeys.map(([name, key]) => [name, createEventCodec(key, keys)])) as Record<
        ProducerName,
        EventCodec
      >,
      /** Past the codec: for records on topics of a test's own, and for what no codec would say. */
      signers: Object.fromEntries(privateKeys.map(([name, key]) => [name, createSigner(key)])) as Record<
        ProducerName,
        ReturnType<typeof createSigner>
      >,
    };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
