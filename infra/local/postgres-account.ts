import { spawnSync } from 'node:child_process';
import { chmod, chown, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { run } from './command.ts';
import { LocalFailure } from './failure.ts';
import { readJson, writeJson } from './files.ts';
import { dataDirName } from './layout.ts';

/** The user PostgreSQL runs as, when it may not be ours. */
export interface Account {
  uid: number;
  gid: number;
}

/** Undefined for ordinary users. PostgreSQL refuses root, so root lends it an account that owns nothing else here. */
export async function serverAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of ['postgres', 'nobody']) {
    const [uid, gid] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])]);
    if (uid.status === 'ok' && gid.status === 'ok') return { uid: Number(uid.output), gid: Number(gid.output) };
  }
  return { uid: 65534, gid: 65534 }; // a user needs no name to own files
}

const Home = z.object({ path: z.string().min(1) });

/**
 * The directory that holds PostgreSQL's data, and for root its program too: inside the data directory, unless the
 * server's user can't get there (a checkout below a home of mode 700); then outside of it. Remembered in
 * `<dataDir>/postgres.json`, so that later starts find the data and `down --purge` removes it.
 */
export async function postgresHome(dataDir: string, account: Account | undefined): Promise<string> {
  const record = homeRecord(dataDir);
  const remembered = await readJson(record, Home);
  if (remembered && (await usable(remembered.path, account))) return remembered.path;
  const name = dataDirName(dataDir);
  const candidates = [join(dataDir, 'postgres'), join('/var/lib', name), join(tmpdir(), name)];
  for (const path of account ? candidates : candidates.slice(0, 1)) {
    if (!(await usable(path, account))) continue;
    await writeJson(record, { path });
    return path;
  }
  throw new LocalFailure(
    {
      zh: `PostgreSQL 不能以 root 运行，而用户 ${account?.uid} 进不了这些目录: ${candidates.join(', ')}`,
      en: `PostgreSQL refuses root, and user ${account?.uid} can reach none of the directories above`,
    },
    {
      zh: '把 LOCKSTEP_DATA_DIR 指向其他用户可进入的目录，或用普通用户运行',
      en: 'point LOCKSTEP_DATA_DIR at a directory other users can enter, or run as an ordinary user',
    },
  );
}

/** Where `postgresHome` remembers its answer. */
export const homeRecord = (dataDir: string): string => join(dataDir, 'postgres.json');

export async function rememberedHome(dataDir: string): Promise<string | undefined> {
  return (await readJson(homeRecord(dataDir), Home))?.path;
}

async function usable(path: string, account: Account | undefined): Promise<boolean> {
  try {
    await mkdir(path, { recursive: true });
    if (!account) return true;
    await chown(path, account.uid, account.gid);
    await chmod(path, 0o700);
  } catch {
    return false;
  }
  // Asked of the system, as that user: it alone knows every rule (modes of all parents, ACLs, mount options).
  return spawnSync('/bin/sh', ['-c', 'cd "$0" && test -w .', path], { ...account, cwd: '/' }).status === 0;
}
