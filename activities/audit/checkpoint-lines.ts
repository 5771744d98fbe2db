import { createPublicKey, type KeyObject } from 'node:crypto';
import { Checkpoint } from '../../schemas/audit.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { isSignedBy } from './checkpoint.ts';

/** One row a line. What is no JSON is kept as undefined, so that it is found as the bad row that it is. */
export const readJsonLines = (text: string): unknown[] =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        return undefined;
      }
    });

/** Every Ed25519 public key of a PEM text; none where one of them cannot be used. */
export function publicKeysOf(pem: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  try {
    const keys = blocks.map((block) => createPublicKey(block));
    return keys.every((key) => key.asymmetricKeyType === 'ed25519') ? keys : [];
  } catch {
    return [];
  }
}

export type CheckpointsRead =
  | { ok: true; checkpoints: Checkpoint[]; unreadable: number }
  | { ok: false; line: number; why: Bilingual };

/** Checkpoints with a good signature. `unreadable` counts lines that are none, such as half a line after a power cut. */
export function readCheckpoints(text: string, keys: KeyObject[]): CheckpointsRead {
  const checkpoints: Checkpoint[] = [];
  let unreadable = 0;
  for (const [index, line] of readJsonLines(text).entries()) {
    const { data } = Checkpoint.safeParse(line);
    if (!data) unreadable++;
    else if (keys.some((key) => isSignedBy(data, key))) checkpoints.push(data);
    else return { ok: false, line: index + 1, why: notSigned };
  }
  return { ok: true, checkpoints, unreadable };
}

const notSigned = {
  zh: '检查点的签名与公钥不符：它被改过，或者是另一把密钥签的',
  en: 'The signature of the checkpoint does not fit the public key: it was changed, or another key signed it',
};
