import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { keyIdOf } from '../../activities/audit/checkpoint.ts';
import { auditFiles } from './files.ts';

/**
 * The key that signs checkpoints, made at the first start. The private half is for the eyes of the worker's own user;
 * the public half lies beside it, to be taken along by whoever verifies. Where the private half was lost, a new pair is
 * made, and the old public half stays under its id, since what it signed remains evidence.
 */
export async function ensureAuditKey(dataDir: string): Promise<KeyObject> {
  const { privateKey, publicKey } = auditFiles(dataDir);
  const known = await readOrNull(privateKey);
  const key = known === null ? generateKeyPairSync('ed25519').privateKey : createPrivateKey(known);
  if (known === null) {
    const old = await readOrNull(publicKey);
    if (old !== null) await rename(publicKey, publicKey.replace(/\.pem$/, `-${keyIdOf(createPublicKey(old))}.pem`));
    await mkdir(dirname(privateKey), { recursive: true });
    await writeAside(privateKey, key.export({ type: 'pkcs8', format: 'pem' }), 0o600);
  }
  if ((await readOrNull(publicKey)) === null) {
    await writeAside(publicKey, createPublicKey(key).export({ type: 'spki', format: 'pem' }), 0o644);
  }
  return key;
}

const readOrNull = (path: string): Promise<string | null> =>
  readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });

async function writeAside(path: string, content: string | Buffer, mode: number): Promise<void> {
  await writeFile(`${path}.new`, content, { mode });
  await rename(`${path}.new`, path);
}
