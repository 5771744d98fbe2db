import { randomUUID } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { verifyChain } from '../../activities/audit/chain.ts';
import { ensureEventKeys, eventKeyFiles, loadEventKeys } from '../../infra/kafka/event-keys.ts';
import { defaultCacheDir } from '../../infra/local/layout.ts';
import { createAuditStore } from '../../infra/postgres/core/audit.ts';
import { clearRestoreMark, releaseModeOff } from '../../infra/postgres/core/restore-mark.ts';
import { BackupManifest, CliBackup, CliRestore, CliRestoreDrill } from '../../schemas/backup.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { administer, armed, type CoreMachine, coreMachine, submitted } from '../support/core-machine.ts';
import { testServices } from '../support/local-services.ts';

const rowsOf = ({ use }: CoreMachine) => use((db) => createAuditStore(db).rows({ after: 0, limit: 100_000 }));
const tables = async (machine: CoreMachine, directory: string) => {
  const { tables: all } = BackupManifest.parse(JSON.parse(await machine.read(`${directory}/manifest.json`)));
  return Object.fromEntries(
    await Promise.all(
      all.map(async ({ name }) => [name, await machine.read(`${directory}/tables/${name}.copy`)] as const),
    ),
  );
};
const answer = async <T>(
  parse: (value: unknown) => T,
  run: Promise<{ code: number; out: string; err: string }>,
): Promise<T> => {
  const { code, out, err } = await run;
  expect(code, `${out}${err}`).toBe(0);
  return parse(JSON.parse(out));
};
const backup = (machine: CoreMachine, directory: string) =>
  answer(CliBackup.parse, machine.run('backup', directory, '--json'));
const restore = (machine: CoreMachine, from: string, ...more: string[]) =>
  answer(CliRestore.parse, machine.run('restore', from, '--json', ...more));
const refusal = ({ out }: { out: string }) => JSON.parse(out).error as { message: { zh: string; en: string } };

/** Whatever a column may hold that a careless copy would change. */
const awkward = 'tab\t line\n return\r back\\slash \\N \\. “引号” 😀 \u2028 \'"';

async function filled(machine: CoreMachine) {
  await machine.migrate();
  return machine.use(async (db, store) => {
    const life = await armed(machine, store);
    await store.addTransition({ ...life.sealed, transition: 0, state: 'held', actorId: 'leader', detail: awkward });
    await store.addTransition({ ...life.sealed, transition: 1, state: 'armed', actorId: 'leader', detail: '' });
    await store.addTransition({ ...life.sealed, transition: 2, state: 'armed', actorId: 'leader', detail: null });
    await sql`update bundle set created_at = '2026-03-02 09:00:00.123456+08'`.execute(db); // microseconds
    await sql`update revision set findings = '[null, 1e400, 12345678901234567890.10, "\\u0001"]'::jsonb`.execute(db);
    await sql`insert into inbox values (${randomUUID()}, 'infinity')`.execute(db);
    return life;
  });
}

describe('a backup that is brought back', () => {
  test('brings the public keys that the log of orders is read with, and no private one', async () => {
    await using old = await coreMachine();
    await using fresh = await coreMachine();
    await filled(old);
    for (const { dataDir } of [old, fresh]) await ensureEventKeys(dataDir);
    await backup(old, 'copy');
    const names = await readdir(join(old.root, 'copy'), { recursive: true });
    expect(names.filter((name) => /event|private/.test(name))).toEqual(['keys/event-keys.json']);

    await restore(fresh, join(old.root, 'copy'), '--as', 'operator');
    const keysOf = async ({ dataDir }: CoreMachine) => [
      ...(await loadEventKeys(eventKeyFiles(dataDir).publicKeys)).keys(),
    ];
    const [before, after] = [await keysOf(old), await keysOf(fresh)];
    expect(after).toEqual(expect.arrayContaining(before));
    expect(after).toHaveLength(2 * before.length);
  });

  test('is the same row by row and byte by byte, and its chain goes on', async () => {
    await using old = await coreMachine();
    await using fresh = await coreMachine();
    const { part, staged } = await filled(old);
    expect((await old.checkpoint()).outcome).toBe('signed');
    const made = await backup(old, 'copy');
    const before = await rowsOf(old);
    expect(made).toMatchObject({ missing: [], audit: { size: before.length } });

    const done = await restore(fresh, join(old.root, 'copy'), '--as', 'operator');
    expect(done).toMatchObject({ rows: made.rows, blobs: 2, checkpoints: 1, lostRows: null, replacedSchema: null });
    expect((await fresh.stores.blobs.has(part)) && (await fresh.stores.staging.has(staged))).toBe(true);

    await backup(fresh, 'again');
    const { audit, restore_mark: mark, ...others } = await tables(fresh, 'again');
    const { audit: auditBefore = '', restore_mark: noMark, ...othersBefore } = await tables(old, 'copy');
    expect(others).toEqual(othersBefore);
    expect(Object.values(others).filter((text) => text !== '').length).toBeGreaterThan(7);
    expect(noMark).toBe('');
    expect(mark).toContain('operator');
    expect(audit?.startsWith(auditBefore)).toBe(true);

    const after = await rowsOf(fresh);
    expect(after.slice(0, before.length)).toEqual(before);
    expect(after.slice(before.length)).toMatchObject([{ kind: 'restore.marked', actor: 'operator' }]);
    expect(verifyChain(after)).toMatchObject({ ok: true, size: before.length + 1 });
    expect((await fresh.checkpoint()).outcome).toBe('signed'); // by a new key, from where the old one ended

    // Triggers and references stand again as they stood.
    await fresh.use(async (db, store) => {
      await submitted(fresh, store);
      await expect(sql`delete from audit`.execute(db)).rejects.toThrow('permission denied');
      await expect(
        sql`insert into receipt select gen_random_uuid(), bundle_id, 'website', 'live', now(), '[]'
        from bundle`.execute(db),
      ).rejects.toThrow('foreign key');
    });
    expect(verifyChain(await rowsOf(fresh))).toMatchObject({ ok: true, size: before.length + 2 });
    const shape = ({ use }: CoreMachine) =>
      use(async (db) => {
        const triggers = await sql`select tgrelid::regclass::text as t, tgname, tgenabled from pg_trigger
          where not tgisinternal order by 1, 2`.execute(db);
        const constraints =
          await sql`select conrelid::regclass::text as t, conname, condeferrable, pg_get_constraintdef(oid)
          from pg_constraint where connamespace = 'public'::regnamespace order by 1, 2`.execute(db);
        return [triggers.rows, constraints.rows];
      });
    expect(await shape(fresh)).toEqual(await shape(old));
  });

  test('makes nothing public: what was armed, and overdue, waits until somebody has compared the channels', async () => {
    await using machine = await coreMachine();
    const { sealed, releaseId } = await filled(machine);
    await backup(machine, 'copy');
    await machine.use((_, store) => store.commit(sealed, releaseId)); // it went out after the backup
    await restore(machine, 'copy', '--replace');
    await machine.use(async (db, store) => {
      const refused = (error: unknown) => isPermanent(error, 'RestoreUnreconciled');
      await expect(store.commit(sealed, releaseId)).rejects.toSatisfy(refused);
      expect(await store.releases(sealed.bundleId)).toEqual([]);
      expect(await releaseModeOff(db)).toMatchObject({ restoredBy: 'system' });
      await expect(sql`delete from restore_mark`.execute(db)).rejects.toThrow('permission denied');
      await expect(sql`update restore_mark set backup_at = now()`.execute(db)).rejects.toThrow('cleared once');

      expect(await clearRestoreMark(db, 'operator')).toBe(1);
      expect(await clearRestoreMark(db, 'operator')).toBe(0);
      expect(await store.commit(sealed, releaseId)).toMatchObject({ outcome: 'committed' });
      const rows = await createAuditStore(db).rows({ after: 0, limit: 1_000 });
      expect(rows.slice(-3).map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
        'restore.marked system',
        'restore.cleared operator',
        'release.committed system',
      ]);
      expect(verifyChain(rows)).toMatchObject({ ok: true });
    });
  });

  test('keeps what it replaces, and the checkpoints that prove what is lost', async () => {
    await using machine = await coreMachine();
    await filled(machine);
    await machine.checkpoint();
    const { audit } = await backup(machine, 'copy');
    const size = audit?.size ?? 0;
    await machine.use(async (_, store) => void (await submitted(machine, store)));
    await machine.checkpoint();
    const lost = await rowsOf(machine);

    const refused = await machine.run('restore', 'copy', '--json');
    expect(refused.code).toBe(2);
    expect(refusal(refused).message.en).toContain('not empty');
    expect(await rowsOf(machine)).toEqual(lost);

    const done = await restore(machine, 'copy', '--replace');
    expect(done.lostRows).toEqual({ from: size + 1, to: lost.length });
    expect(done.checkpointsAside).toMatch(/^audit-checkpoints-before-restore-/);
    const kept = await machine.use((db) =>
      sql<{ n: number }>`select count(*) as n from ${sql.table(`${done.replacedSchema}.audit`)}`.execute(db),
    );
    expect(kept.rows).toEqual([{ n: lost.length }]);
    expect((await machine.checkpoint()).outcome).toBe('signed'); // the set is consistent: signing goes on

    // Whoever has the newer checkpoints sees by them that rows are gone, and is told why.
    const chain = (await rowsOf(machine)).map((row) => `${JSON.stringify(row)}\n`).join('');
    await writeFile(join(machine.root, 'chain.jsonl'), chain);
    const verified = await machine.run(
      ...['audit', 'verify', 'chain.jsonl', '--checkpoints', join('data', done.checkpointsAside ?? '')],
      ...['--public-key', 'data/audit-public-key.pem'],
    );
    expect(verified.code).toBe(1);
    expect(verified.out).toContain(`第 ${size + 1} 行`);
    expect(verified.out).toContain(`${size + 1}–${lost.length}`);
  });
});

test('bytes that rotted since are written anew', async () => {
  await using machine = await coreMachine();
  const { part } = await filled(machine);
  await backup(machine, 'copy');
  await writeFile(machine.blobPath(part), 'rotten');
  await expect(machine.stores.blobs.get(part)).rejects.toSatisfy((error) => isPermanent(error, 'StagingDamaged'));
  await restore(machine, 'copy', '--replace');
  expect(Buffer.from(await machine.stores.blobs.get(part)).toString()).toContain('正文');
});

test('a machine where nothing ever ran needs no more than the backup', async () => {
  await using old = await coreMachine();
  await filled(old);
  const { rows } = await backup(old, 'copy');
  const dataDir = join(old.root, 'elsewhere');
  const at = { dataDir, cacheDir: defaultCacheDir(process.env), environment: {} };
  try {
    const done = await answer(CliRestore.parse, old.runAt(at, 'restore', 'copy', '--json'));
    expect(done).toMatchObject({ rows, blobs: 2, lostRows: null });
    const again = await answer(CliBackup.parse, old.runAt(at, 'backup', 'of-the-restored', '--json'));
    expect(again.rows).toBe(rows + 2); // the mark, and its row in the chain
  } finally {
    await old.runAt(at, 'down', '--purge');
  }
});

describe('a backup is taken', () => {
  test('while approvals go on: all that was acknowledged before is in it, and the chain is whole', async () => {
    await using old = await coreMachine();
    await using fresh = await coreMachine();
    await old.migrate();
    const acknowledged: string[] = [];
    const { before, made } = await old.use(async (_, store) => {
      let isGoingOn = true;
      const approve = async () => {
        while (isGoingOn) {
          const { part: _part, ...sealed } = await submitted(old, store);
          const { seal } = sealed;
          await store.addDecision(sealed, { decision: 'signed', gate: 'legal', seal, reviewerId: 'reviewer-legal' });
          acknowledged.push(sealed.bundleId);
        }
      };
      const reviewers = Array.from({ length: 50 }, approve);
      await expect.poll(() => acknowledged.length).toBeGreaterThan(50);
      const before = [...acknowledged];
      const made = await backup(old, 'copy').finally(() => {
        isGoingOn = false;
      });
      await Promise.all(reviewers);
      return { before, made };
    }, 20);
    expect((await rowsOf(old)).length).toBeGreaterThan(made.audit?.size ?? 0); // they did go on
    await restore(fresh, join(old.root, 'copy'));
    const rows = await rowsOf(fresh);
    const decisions = await fresh.use((db) => db.selectFrom('decision').select('bundle_id').execute());
    const stored = decisions.map(({ bundle_id }) => bundle_id as string);
    expect(stored).toEqual(expect.arrayContaining(before));
    const told = rows.filter(({ kind }) => kind === 'decision.recorded').map(({ bundleId }) => bundleId);
    expect(told.sort()).toEqual(stored.sort());
    expect(verifyChain(rows)).toMatchObject({ ok: true });
  });

  test('in the place of an earlier one only, and of nothing that is somebody’s', async () => {
    await using machine = await coreMachine();
    await filled(machine);
    await mkdir(join(machine.root, 'mine'));
    await writeFile(join(machine.root, 'mine/letter.txt'), 'dear');
    const refused = await machine.run('backup', 'mine', '--json');
    expect(refused.code).toBe(2);
    expect(await readdir(join(machine.root, 'mine'))).toEqual(['letter.txt']);
    const first = await backup(machine, 'copy');
    await machine.use(async (_, store) => void (await submitted(machine, store)));
    const second = await backup(machine, 'copy');
    expect(second.rows).toBeGreaterThan(first.rows);
    expect((await readdir(machine.root)).sort()).toEqual(['blobs', 'copy', 'data', 'mine', 'staging']);
    expect(await readdir(join(machine.root, 'copy/audit')).catch(() => [])).not.toContain('audit-private-key.pem');
  });

  test('whole or not at all: one that was broken off leaves nothing', async () => {
    await using machine = await coreMachine();
    await filled(machine);
    const before = await readdir(machine.root);
    const { code, err } = await machine.runAt({ signal: AbortSignal.abort() }, 'backup', 'copy');
    expect(code).toBe(1);
    expect(err).toContain('已中断');
    expect(await readdir(machine.root)).toEqual(before);
  });

  test('of what there is: bytes that were lost before are named, in it and on the screen', async () => {
    await using machine = await coreMachine();
    const { part, staged } = await filled(machine);
    await rm(machine.blobPath(part));
    const { code, out } = await machine.run('backup', 'copy', '--json');
    expect(code).toBe(1);
    expect(CliBackup.parse(JSON.parse(out)).missing).toEqual([{ store: 'blobs', sha256: part }]);
    expect(await readdir(join(machine.root, 'copy/staging', staged.slice(0, 2)))).toEqual([staged]);
    const drill = await machine.run('restore', '--drill', 'copy', '--json');
    expect(drill.code).toBe(1);
    expect(CliRestoreDrill.parse(JSON.parse(drill.out))).toMatchObject({ ok: false, missing: [{ sha256: part }] });
  });
});

describe('before anything is changed', () => {
  test.each(['tables/audit.copy', 'a blob', 'config/gates.yaml', 'manifest.json'])(
    'a damaged %s is refused by its name',
    async (which) => {
      await using old = await coreMachine();
      await using fresh = await coreMachine();
      const { part } = await filled(old);
      await backup(old, 'copy');
      const path = which === 'a blob' ? `blobs/${part.slice(0, 2)}/${part}` : which;
      const file = join(old.root, 'copy', path);
      if (which === 'manifest.json') await appendFile(file, '}');
      else {
        const bytes = await readFile(file);
        bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
        await writeFile(file, bytes);
      }
      const refused = await fresh.run('restore', join(old.root, 'copy'), '--json');
      expect(refused.code).toBe(2);
      expect(refusal(refused).message.en).toContain(path);
      const made = await fresh.use((db) =>
        sql`select from pg_class where relnamespace = 'public'::regnamespace`.execute(db),
      );
      expect(made.rows).toEqual([]);
      expect(await readdir(fresh.root)).toEqual(['data']);
      expect(await readdir(fresh.dataDir)).toEqual([]);
    },
  );

  test('a backup whose rows were changed, digests and all, is refused by its chain', async () => {
    await using old = await coreMachine();
    await using fresh = await coreMachine();
    await filled(old);
    await old.checkpoint();
    await old.use(async (_, store) => void (await submitted(old, store)));
    const owner = new URL(testServices().postgres.adminUrl);
    owner.pathname = new URL(old.url).pathname;
    await administer(
      owner.toString(),
      `alter table audit disable trigger user;
      delete from audit where seq > 3; alter table audit enable trigger user`,
    );
    await backup(old, 'copy');
    const refused = await fresh.run('restore', join(old.root, 'copy'), '--json');
    expect(refused.code).toBe(2);
    expect(refusal(refused).message.en).toContain('row 4');
    await fresh.use(async (db) =>
      expect((await sql`select from pg_tables where schemaname = 'public'`.execute(db)).rows).toEqual([]),
    );
  });

  test('a database that somebody works on is left alone', async () => {
    await using old = await coreMachine();
    await using fresh = await coreMachine();
    await filled(old);
    await backup(old, 'copy');
    await fresh.use(async (db) => {
      await sql`select 1`.execute(db);
      const refused = await fresh.run('restore', join(old.root, 'copy'), '--json');
      expect(refusal(refused).message.en).toContain('in use: lockstep');
    });
  });
});

test('a drill restores into a database of its own, tells what would be lost, and leaves no trace', async () => {
  await using machine = await coreMachine();
  await filled(machine);
  await machine.checkpoint();
  const { audit, rows, files } = await backup(machine, 'copy');
  await machine.use(async (_, store) => void (await submitted(machine, store)));
  await machine.checkpoint();
  const before = await rowsOf(machine);
  const dataBefore = await readdir(machine.dataDir);
  const seen = await answer(CliRestoreDrill.parse, machine.run('restore', '--drill', 'copy', '--json'));
  const lostRows = { from: (audit?.size ?? 0) + 1, to: before.length };
  expect(seen).toMatchObject({ ok: true, rows, files, audit, checkpoints: 1, lostRows, missing: [] });
  expect(await rowsOf(machine)).toEqual(before);
  expect(await readdir(machine.dataDir)).toEqual(dataBefore);
  await machine.use(async (db) => {
    expect((await sql`select from pg_database where datname = 'lockstep_restore_drill'`.execute(db)).rows).toEqual([]);
    expect(await releaseModeOff(db)).toBeNull();
  });
});
