import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { createCommitAtInstant } from '../../activities/releases/commit-at-instant.ts';
import { openDatabase } from '../../infra/postgres/client.ts';
import { lockPlans, readArmed } from '../../infra/postgres/core/armed-rows.ts';
import type { CommitRequest } from '../../infra/postgres/core/may-commit.ts';
import { clearRestoreMark } from '../../infra/postgres/core/restore-mark.ts';
import { createCoreStore } from '../../infra/postgres/core/store.ts';
import type { CoreTables } from '../../infra/postgres/core/tables.ts';
import { permanentCause } from '../../schemas/failures.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { armedFor, past } from '../support/core-rows.ts';
import { ownCore } from '../support/own-core.ts';
import { digest, manifestOf, newBundleId } from '../support/release-fixture.ts';

const { url, db, store, rows } = await ownCore({ max: 20 });

const future = () => new Date(Date.now() + 60_000).toISOString();
async function armed(t0 = past()): Promise<CommitRequest> {
  const sealed = await rows.revise(newBundleId());
  await rows.signAll(sealed);
  return { sealed, releaseId: await rows.arm(sealed, null, t0) };
}
const armedMany = (count: number) => Promise.all(Array.from({ length: count }, () => armed()));
const commit = ({ sealed, releaseId }: CommitRequest, by = store) => by.commit(sealed, releaseId);
const idsOf = (requests: CommitRequest[]) => requests.map(({ sealed }) => sealed.bundleId);
/** Their rows, each with the transaction that wrote it. */
const released = (requests: CommitRequest[]) =>
  db
    .selectFrom('release')
    .select(['bundle_id', 'committed_at', sql<string>`xmin::text`.as('transaction')])
    .where('bundle_id', 'in', idsOf(requests))
    .execute();
const transactionsOf = async (requests: CommitRequest[]) =>
  new Set((await released(requests)).map(({ transaction }) => transaction)).size;

test('100 bundles that come due together are 100 rows of one transaction, each with its row in the audit chain', async () => {
  const requests = await armedMany(100);
  const answers = await Promise.all(requests.map((request) => commit(request)));
  expect(answers.every(({ outcome }) => outcome === 'committed')).toBe(true);
  expect(await released(requests)).toHaveLength(100);
  expect(await transactionsOf(requests)).toBe(1);
  const chain = await db
    .selectFrom('audit')
    .select('bundle_id')
    .where('kind', '=', 'release.committed')
    .where('bundle_id', 'in', idsOf(requests))
    .execute();
  expect(chain.map(({ bundle_id }) => bundle_id).sort()).toEqual(idsOf(requests).sort());
});

test('attempts of one T0 that looked at different moments wake together, and share one transaction, none of them early', async () => {
  const requests = await armedMany(30);
  const { rows: armedAnew } = await sql<{ t0: string }>`
    update plan set t0 = date_trunc('milliseconds', now()) + interval '3 seconds'
    where bundle_id = any(${idsOf(requests)}::uuid[]) returning t0`.execute(db);
  const told: string[] = [];
  let waiting = 0;
  const attempt = createCommitAtInstant({
    store,
    announcer: { announce: async (events) => void told.push(...events.map(({ type }) => type)) },
    // No two timers run out together.
    pause: (ms) => {
      waiting += 1;
      return sleep(ms + waiting);
    },
  });
  const answers = requests.map(async ({ sealed, releaseId }, place) => {
    await sleep(place * 20);
    return attempt(sealed, releaseId, { going: [{ channels: ['website'], attempt: 1 }], inGroup: false });
  });
  expect(new Set((await Promise.all(answers)).map(({ outcome }) => outcome))).toEqual(new Set(['committed']));
  expect(await transactionsOf(requests)).toBe(1);
  const [row] = await released(requests);
  expect(Date.parse(row?.committed_at ?? '')).toBeGreaterThanOrEqual(Date.parse(armedAnew[0]?.t0 ?? ''));
  expect(told).toEqual(requests.map(() => 'release.go.v1'));
});

test('of one T0 all are early or none is: a batch looks at the clock once', async () => {
  const t0 = future();
  const requests = await Promise.all(Array.from({ length: 100 }, () => armed(t0)));
  const waits = (await readArmed(db, idsOf(requests))).map(({ wait_ms }) => wait_ms);
  expect(new Set(waits).size).toBe(1);
});

/** What may be asked of a commit. Each makes bundles of its own, so that it can be made twice and compared. */
const cases: Record<string, () => Promise<CommitRequest[]>> = {
  good: async () => [await armed()],
  'good, asked for twice': async () => {
    const request = await armed();
    return [request, request];
  },
  'a repeat': async () => {
    const request = await armed();
    await commit(request);
    return [request];
  },
  'a repeat under a newer plan': async () => {
    const request = await armed();
    await commit(request);
    const newer = await rows.revise(request.sealed.bundleId, { manifest: { draftingUnit: '区财政局' } });
    await store.savePlan(newer, armedFor(future()));
    return [request];
  },
  early: async () => [await armed(future())],
  held: async () => {
    const request = await armed();
    await store.savePlan(request.sealed, null);
    return [request];
  },
  'another seal': async () => {
    const { sealed, releaseId } = await armed();
    return [{ sealed: { ...sealed, seal: digest('another') }, releaseId }];
  },
  'a newer revision that was accepted': async () => {
    const request = await armed();
    const newer = await rows.revise(request.sealed.bundleId, { manifest: { draftingUnit: '区财政局' } });
    await store.addTransition({ ...newer, transition: 9, state: 'in-review', actorId: 'drafter', detail: null });
    return [request];
  },
  unsigned: async () => {
    const sealed = await rows.revise(newBundleId());
    return [{ sealed, releaseId: await rows.arm(sealed) }];
  },
  'without materials': async () => {
    const bundleId = newBundleId();
    const { items } = manifestOf(bundleId, ['policy-document', 'interpretation-plan']);
    const sealed = await rows.revise(bundleId, { manifest: { items } });
    await rows.signAll(sealed);
    return [{ sealed, releaseId: await rows.arm(sealed) }];
  },
  'nothing staged': async () => {
    const sealed = await rows.revise(newBundleId());
    await rows.signAll(sealed);
    await store.savePlan(sealed, armedFor(past()));
    return [{ sealed, releaseId: ReleaseId.parse(randomUUID()) }];
  },
  'other staging': async () => [{ ...(await armed()), releaseId: ReleaseId.parse(randomUUID()) }],
  'a group, asked for by two of its three': async () => (await rows.group(3)).members.slice(0, 2),
  'a group of which one is held': async () => {
    const { members } = await rows.group(3);
    for (const { sealed } of members.slice(2)) await store.savePlan(sealed, null);
    return members;
  },
  'a group of which one has another seal': async () => {
    const { members } = await rows.group(2);
    return members.map(({ sealed, releaseId }, place) => ({
      sealed: place === 0 ? { ...sealed, seal: digest('another') } : sealed,
      releaseId,
    }));
  },
};

describe('asked together', () => {
  /** An answer without what differs from bundle to bundle. */
  const told = async (request: CommitRequest) => {
    try {
      return (await commit(request)).outcome;
    } catch (error) {
      const cause = permanentCause(error);
      if (!cause) throw error;
      return `${cause.type}: ${cause.message.en.replaceAll(/[0-9a-f-]{36}/g, 'it')}`;
    }
  };

  test('each gets the answer that it gets alone, and nobody goes who would not', async () => {
    const make = () =>
      Promise.all(Object.entries(cases).map(async ([name, bundles]) => [name, await bundles()] as const));
    const [alone, together] = [await make(), await make()];
    const expected: [string, string[]][] = [];
    for (const [name, requests] of alone) {
      const answers: string[] = [];
      for (const request of requests) answers.push(await told(request));
      expected.push([name, answers]);
    }
    const answers = await Promise.all(
      together.map(async ([name, requests]) => [name, await Promise.all(requests.map(told))]),
    );
    expect(answers).toEqual(expected);
    for (const [place, [name, requests]] of together.entries()) {
      const count = (await released(alone[place]?.[1] ?? [])).length;
      expect(await released(requests), name).toHaveLength(count);
    }
    const due = together.filter(
      ([name]) => name.startsWith('good') || name === 'a group, asked for by two of its three',
    );
    expect(await transactionsOf(due.flatMap(([, requests]) => requests))).toBe(1);
  });

  test('after a restore each is refused but the one whose row is there', async () => {
    const [done, due] = [await armed(), await armed()];
    const row = await commit(done);
    const mark = {
      restored_at: past(),
      restored_by: 'operator',
      backup_at: past(),
      cleared_at: null,
      cleared_by: null,
    };
    await db.insertInto('restore_mark').values(mark).execute();
    const [repeat, refusal] = await Promise.allSettled([commit(done), commit(due)]);
    await clearRestoreMark(db, 'operator');
    expect(repeat).toMatchObject({ value: row });
    expect(permanentCause((refusal as PromiseRejectedResult).reason)?.type).toBe('RestoreUnreconciled');
  });

  test('one that the database itself refuses goes down alone, with its own error', async () => {
    const requests = await armedMany(10);
    const [poison, ...good] = requests as [CommitRequest, ...CommitRequest[]];
    await sql`
      create function refuse_poison() returns trigger language plpgsql as $$
      begin raise exception 'poison'; end $$`.execute(db);
    const when = sql.raw(`new.bundle_id = '${poison.sealed.bundleId}'`);
    await sql`
      create trigger refuse_poison before insert on release
      for each row when (${when}) execute function refuse_poison()`.execute(db);
    const [refused, ...others] = await Promise.allSettled(requests.map((request) => commit(request)));
    await sql`drop trigger refuse_poison on release; drop function refuse_poison`.execute(db);
    expect(refused).toMatchObject({ status: 'rejected', reason: { message: 'poison' } });
    expect(others.every(({ status }) => status === 'fulfilled')).toBe(true);
    expect(await released(good)).toHaveLength(9);
    expect(await released([poison])).toEqual([]);
  });

  test('a hold that has not ended keeps its own bundle waiting, or its group, and nobody else', async () => {
    const [held, { members }, others] = [await armed(), await rows.group(2), await armedMany(5)];
    const member = members[1] as CommitRequest;
    const toHold = idsOf([held, member]);
    const waiting = await db.transaction().execute(async (hold) => {
      await sql`set local idle_in_transaction_session_timeout = '20s'`.execute(hold); // where others do wait, it fails
      await hold.selectFrom('plan').select('t0').where('bundle_id', 'in', toHold).forUpdate().execute();
      const ends = [held, ...members].map((request) => commit(request).catch((refusal: unknown) => refusal));
      await Promise.all(others.map((request) => commit(request)));
      expect(await transactionsOf(others)).toBe(1);
      expect(await released([held, ...members])).toEqual([]);
      await hold.deleteFrom('plan').where('bundle_id', 'in', toHold).execute();
      return { ends };
    });
    const refusals = await Promise.all(waiting.ends);
    expect(refusals.map((refusal) => permanentCause(refusal)?.message.en)).toEqual([
      'The release is held',
      `Bundle ${member.sealed.bundleId} is not armed`,
      'The release is held',
    ]);
  });
});

test('a worker that falls silent amid its commit keeps no lock: the hold gets through, and nothing of the commit happens', async () => {
  const request = await armed();
  const [frozen, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const pool = openDatabase<CoreTables>(url, { max: 1 });
  const silent = pool.transaction().execute(async (tx) => {
    await lockPlans(tx, idsOf([request]), 'skipped');
    frozen.resolve();
    await held.promise; // it does not answer, nor does it end
    await readArmed(tx, idsOf([request])); // thawed, it goes on
  });
  const ended = silent.then(
    () => 'committed',
    () => 'rejected',
  );
  await frozen.promise;
  expect(await store.savePlan(request.sealed, null)).toEqual({ committedAt: null });
  held.resolve();
  expect(await ended).toBe('rejected');
  expect(await released([request])).toEqual([]);
  await pool.destroy();
});

test('two workers and the holds of people at once: every answer is what the rows say', async () => {
  const pool = openDatabase<CoreTables>(url, { max: 20 });
  const other = createCoreStore(pool);
  try {
    for (let round = 0; round < 6; round += 1) {
      const single = await armedMany(10);
      const groups = await Promise.all([rows.group(3), rows.group(2)]);
      const all = [...single, ...groups.flatMap(({ members }) => members)];
      const isOut = (request: CommitRequest, by: CoreStore) =>
        commit(request, by).then(
          ({ outcome }) => outcome === 'committed',
          (error: unknown) => {
            if (permanentCause(error)?.type !== 'WrongPhase') throw error;
            return false;
          },
        );
      const toHold = all.filter((_, place) => place % 3 === round % 3);
      const [ours, theirs, holds] = await Promise.all([
        Promise.all(all.map((request) => isOut(request, store))),
        Promise.all([...all].reverse().map((request) => isOut(request, other))),
        Promise.all(toHold.map(({ sealed }) => store.savePlan(sealed, null))),
      ]);
      const out = new Set((await released(all)).map(({ bundle_id }) => bundle_id));
      const expected = idsOf(all).map((bundleId) => out.has(bundleId));
      expect(ours).toEqual(expected);
      expect(theirs.reverse()).toEqual(expected);
      expect(holds.map(({ committedAt }) => committedAt !== null)).toEqual(idsOf(toHold).map((id) => out.has(id)));
      for (const { members } of groups) {
        const instants = new Set((await released(members)).map(({ committed_at }) => committed_at));
        expect(instants.size).toBeLessThanOrEqual(1);
        expect([0, members.length]).toContain((await released(members)).length);
      }
    }
  } finally {
    await pool.destroy();
  }
});
