import { createPublicKey, type KeyObject } from 'node:crypto';
import { isSignedBy } from '../../activities/audit/checkpoint.ts';
import { Checkpoint } from '../../schemas/audit.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { ApiClient } from './api-client.ts';
import { usage } from './failure.ts';

/** The whole chain, or the rows of one bundle, as the system shows it now. Rows are as they came: not trusted yet. */
export async function fetchRows(api: ApiClient, bundleId?: string): Promise<unknown[]> {
  const rows: unknown[] = [];
  let end: number | undefined;
  for (let after = 0; ; ) {
    const page = await api.audit({ after, bundleId });
    end ??= page.head?.size ?? 0; // what is added meanwhile waits for the next time
    const wanted = page.rows.filter((row) => (seqOf(row) ?? 0) <= (end ?? 0));
    rows.push(...wanted);
    const last = seqOf(page.rows.at(-1));
    if (last === undefined || last <= after || wanted.length < page.rows.length) return rows;
    after = last;
  }
}

const seqOf = (row: unknown): number | undefined => {
  const seq = (row as { seq?: unknown } | undefined)?.seq;
  return typeof seq === 'number' ? seq : undefined;
};

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

/** Every public key of a PEM text: after a change of keys, both belong to the evidence. */
export function readPublicKeys(pem: string, where: string): KeyObject[] {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[^-]+-----END PUBLIC KEY-----/g) ?? [];
  try {
    const keys = blocks.map((block) => createPublicKey(block));
    if (keys.length > 0 && keys.every((key) => key.asymmetricKeyType === 'ed25519')) return keys;
  } catch {
    // Told below, as for a file without any key.
  }
  throw usage({ zh: '文件里没有能用的 Ed25519 公钥。', en: 'There is no usable Ed25519 public key.' }, null, where);
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
