import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Checkpoints that a restore moved out of the way: they signed rows that the restored database does not have. */
const aside = /^audit-checkpoints-before-restore-[\dTZ]+\.jsonl$/;
const publicKey = /^audit-public-key(-[0-9a-f]{64})?\.pem$/;

export const asideName = (restoredAt: string): string =>
  `audit-checkpoints-before-restore-${restoredAt.replace(/[-:]|\.\d+/g, '')}.jsonl`;

export type EvidenceFile = { name: string; text: string };
export type EvidenceFiles = {
  /** Null where nothing was signed yet. */
  checkpoints: string | null;
  /** Checkpoints from before a restore, oldest first. */
  asides: EvidenceFile[];
  /** The key in use and those before it; all of them belong to the evidence. */
  publicKeys: EvidenceFile[];
};

/** Whatever a directory has of the audit chain outside its database, but for the private key. */
export async function readEvidenceFiles(directory: string): Promise<EvidenceFiles> {
  const names = (await readdir(directory).catch(() => [])).sort();
  const read = (pattern: RegExp) =>
    Promise.all(
      names
        .filter((name) => pattern.test(name))
        .map(async (name) => ({ name, text: await readFile(join(directory, name), 'utf8') })),
    );
  const [current] = await read(/^audit-checkpoints\.jsonl$/);
  return { checkpoints: current?.text ?? null, asides: await read(aside), publicKeys: await read(publicKey) };
}
