import type { KeyObject } from 'node:crypto';
import { publicKeysOf } from '../../activities/audit/checkpoint-lines.ts';
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

/** Every public key of a PEM text: after a change of keys, both belong to the evidence. */
export function readPublicKeys(pem: string, where: string): KeyObject[] {
  const keys = publicKeysOf(pem);
  if (keys.length > 0) return keys;
  throw usage({ zh: '文件里没有能用的 Ed25519 公钥。', en: 'There is no usable Ed25519 public key.' }, null, where);
}
