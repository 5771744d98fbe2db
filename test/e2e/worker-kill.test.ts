import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DemoResult } from '../../schemas/cli.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';
import { added, countPublic } from '../support/what-the-public-sees.ts';

let system: OwnSystem;
beforeAll(async () => {
  system = await startOwnSystem();
});
afterAll(() => system.stop());

/** Bundle ids that have come into this state, or whose instant has come (`T0`), by the rows: they ask no worker. */
async function reached(phase: string): Promise<Set<string>> {
  const { rows } = await system.core.query<{ bundle_id: string }>(
    phase === 'T0'
      ? 'select bundle_id from plan where t0 <= clock_timestamp()'
      : 'select bundle_id from transition where state = $1',
    phase === 'T0' ? [] : [phase],
  );
  return new Set(rows.map(({ bundle_id }) => bundle_id));
}

/** Kills the worker as soon as a bundle that had not reached the phase before does. */
async function killWorkerIn(phase: string, before: Set<string>, running: AbortSignal): Promise<'killed' | 'missed'> {
  while (!running.aborted) {
    if ([...(await reached(phase))].some((id) => !before.has(id))) {
      await system.kill9('worker');
      return 'killed';
    }
    await sleep(3);
  }
  return 'missed';
}

// T0 is the commit itself: the plan's instant has come, and the row is being written or just was.
test.each([['in-review'], ['cleared'], ['preparing'], ['prepared'], ['armed'], ['T0'], ['releasing'], ['verifying']])(
  'the worker is killed once in phase %s: the release still ends, and each channel has exactly one copy',
  async (phase) => {
    const [publicBefore, before] = [await countPublic(system), await reached(phase)];
    const ended = new AbortController();
    const [demo, kill] = await Promise.all([
      system.lockstep('demo', '--lead', '2', '--json').finally(() => ended.abort()),
      killWorkerIn(phase, before, ended.signal),
    ]);
    expect(kill).toBe('killed');
    expect(demo, demo.err).toMatchObject({ code: 0 });
    const result = DemoResult.parse(JSON.parse(demo.out));
    expect(result).toMatchObject({ state: 'released', tornWindowMs: 0 });
    expect(result.channels.map(({ state }) => state)).toEqual(['verified', 'verified', 'verified']);

    const { articlesPerPost, mailboxes, policies } = added(publicBefore, await countPublic(system));
    expect(articlesPerPost).toHaveLength(1);
    expect(articlesPerPost[0]).toBeGreaterThan(1); // the policy and its interpretation are articles of one post
    expect(mailboxes.length).toBeGreaterThan(0);
    expect(new Set(mailboxes).size).toBe(mailboxes.length);
    expect(policies).toEqual([result.bundleId]);
  },
);
