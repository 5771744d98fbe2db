import type { CoreRows } from '../support/memory-core-store.ts';
import type { Invariants } from './invariants.ts';
import { type Rows, releaseOf, short, wordsIn } from './ledger.ts';
import type { Reader } from './reader.ts';
import type { Scenario } from './scenario.ts';
import type { World } from './world.ts';

const HOUR = 3_600_000;

export type Restoring = {
  world: World;
  scenario: Scenario;
  reader: Reader;
  invariants: Invariants;
  exported: () => Rows;
};

/**
 * The core's database is lost, and put back as `backup`, some time before: F39. Channels, log and workflows know more than
 * the rows. What is broken until everything is mended, and for a while after it.
 */
export async function restore(backup: CoreRows, deps: Restoring): Promise<string[]> {
  const { world, scenario, reader, invariants, exported } = deps;
  const { scheduler, core } = world;
  const before = exported();
  const committed = new Set(before.releases.map(({ releaseId }) => releaseId));
  for (const process of world.processes) process.crash(1_000); // lockstep down
  const at = new Date(scheduler.now()).toISOString();
  core.db.restore({ ...backup, mark: new Map([['restored', { restoredAt: at, backupAt: at }]]) });
  world.told('the database of the core is restored from a backup');

  let off = true;
  async function look(): Promise<string[]> {
    const rows = exported();
    const anew = rows.releases.find(({ releaseId }) => !committed.has(releaseId));
    if (off && anew) return [`F39 restored: ${short(anew.bundleId)} was committed while releases were off`];
    return invariants.checkPublic(await reader.look(), together(before, rows), new Date(scheduler.now()).toISOString());
  }
  async function stepUntil(over: () => boolean): Promise<string[]> {
    while (!over()) {
      await scheduler.step();
      const violations = await look();
      if (violations.length > 0) return violations;
    }
    return [];
  }
  async function during<T>(work: Promise<T>): Promise<string[]> {
    let done = false;
    const end = () => {
      done = true;
    };
    work.then(end, end);
    return stepUntil(() => done);
  }

  const recovery = scenario.recover();
  const broken = await during(recovery);
  if (broken.length > 0) return broken;
  const cleared = await recovery;
  off = !cleared;
  const until = scheduler.now() + HOUR / 6;
  const later = await stepUntil(() => scheduler.now() > until);
  if (later.length > 0) return later;
  const looking = scenario.differences();
  const violations = await during(looking);
  return [...violations, ...unknown(await reader.lookAgain(), exported(), before, await looking), ...stuck()];

  /** Without a reason that only a person can deal with, everything was mended. */
  function stuck(): string[] {
    const whole = before.releases.every(({ bundleId, seal }) =>
      exported().revisions.some((row) => row.bundleId === bundleId && row.seal === seal),
    );
    return cleared || !whole || world.wechat.taken.size > 0 ? [] : ['F39 restored: releases stay off'];
  }
}

/** Whatever readers get is in the rows again, or reconcile says that it is not. */
function unknown(look: Awaited<ReturnType<Reader['lookAgain']>>, rows: Rows, before: Rows, found: string[]): string[] {
  const pages = [...look.site.pages.values()].flatMap(({ policy }) => (policy.status === 200 ? policy.words : []));
  const posts = look.posts.flatMap(({ articles }) => wordsIn(JSON.stringify(articles)));
  return [...new Set([...pages, ...posts])].flatMap((word) => {
    const bundleId = releaseOf(before, word)?.bundleId ?? '';
    const known = releaseOf(rows, word) !== undefined || found.some((drift) => drift.includes(bundleId));
    return known ? [] : [`F39 restored: ${word} is public, and nobody knows of it`];
  });
}

/** All rows that there ever were. How a bundle stands is what the rows say now. */
function together(before: Rows, now: Rows): Rows {
  const releases = now.releases.map(({ releaseId }) => releaseId);
  return {
    ...now,
    revisions: [...now.revisions, ...before.revisions],
    releases: [...now.releases, ...before.releases.filter(({ releaseId }) => !releases.includes(releaseId))],
    receipts: [...before.receipts, ...now.receipts],
    staged: [...now.staged, ...before.staged],
  };
}
