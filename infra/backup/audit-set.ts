import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ChainVerdict, genesis, verifyChain } from '../../activities/audit/chain.ts';
import { keyIdOf } from '../../activities/audit/checkpoint.ts';
import { publicKeysOf, readCheckpoints } from '../../activities/audit/checkpoint-lines.ts';
import type { AuditStore } from '../../activities/ports/audit-store.ts';
import type { ChainHead, Checkpoint } from '../../schemas/audit.ts';
import { asideName, type EvidenceFiles, readEvidenceFiles } from '../audit/evidence-files.ts';
import { auditFiles } from '../audit/files.ts';

const pageLength = 1_000;

/** The whole chain of a database, page by page, compared with heads that were signed. */
export async function verifyStored(
  audit: Pick<AuditStore, 'rows'>,
  signed: readonly ChainHead[],
): Promise<ChainVerdict> {
  let verified = { size: 0, head: genesis };
  for (;;) {
    const rows = await audit.rows({ after: verified.size, limit: pageLength });
    if (rows.length === 0) return verifyChain([], signed, verified); // finds what is missing at the end
    const here = signed.filter(({ size }) => size > verified.size && size <= verified.size + rows.length);
    const page = verifyChain(rows, here, verified);
    if (!page.ok) return page;
    verified = { size: page.size, head: page.head };
  }
}

/** Checkpoints of these files, and of those moved aside, with a good signature; what else stands there is no evidence. */
export function signedHeads(
  { checkpoints, asides, publicKeys }: EvidenceFiles,
  { withAsides = false } = {},
): Checkpoint[] {
  const keys = publicKeys.flatMap(({ text }) => publicKeysOf(text));
  const texts = [checkpoints ?? '', ...(withAsides ? asides.map(({ text }) => text) : [])];
  return texts.flatMap((text) =>
    text.split('\n').flatMap((line) => {
      const read = readCheckpoints(line, keys);
      return read.ok ? read.checkpoints : [];
    }),
  );
}

/** Rows that some checkpoint signed and a chain of this size does not have. */
export function rowsBeyond(size: number, heads: readonly ChainHead[]): { from: number; to: number } | null {
  const to = Math.max(0, ...heads.map((head) => head.size));
  return to > size ? { from: size + 1, to } : null;
}

/**
 * Puts the checkpoints of a backup in the place of those of the data directory, so that the worker goes on signing from
 * where the restored chain ends. What lay there and is not in the backup is evidence of what was lost: it is moved aside,
 * never removed. Public keys are added; the private key stays as it is. Answers the name that was given, if any.
 */
export async function installAuditSet(backup: string, dataDir: string, restoredAt: string): Promise<string | null> {
  await mkdir(dataDir, { recursive: true });
  const [from, here] = await Promise.all([readEvidenceFiles(backup), readEvidenceFiles(dataDir)]);
  const keysOf = ({ publicKeys }: EvidenceFiles) => publicKeys.flatMap(({ text }) => publicKeysOf(text));
  const known = new Set<string>(keysOf(here).map(keyIdOf));
  for (const key of keysOf(from)) {
    const path = join(dataDir, `audit-public-key-${keyIdOf(key)}.pem`);
    if (!known.has(keyIdOf(key))) await writeAside(path, key.export({ type: 'spki', format: 'pem' }).toString());
  }
  for (const { name, text } of from.asides) {
    if (!here.asides.some((own) => own.name === name)) await writeAside(join(dataDir, name), text);
  }
  const { checkpoints: path } = auditFiles(dataDir);
  const linesOf = ({ checkpoints }: EvidenceFiles) => (checkpoints ?? '').split('\n').filter((line) => line !== '');
  const restored = new Set(linesOf(from));
  const newer = linesOf(here).some((line) => !restored.has(line));
  const name = newer ? asideName(restoredAt) : null;
  if (name) await rename(path, join(dataDir, name));
  if (from.checkpoints !== null) await writeAside(path, from.checkpoints);
  return name;
}

async function writeAside(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o644, flush: true });
  await rename(`${path}.new`, path);
}
