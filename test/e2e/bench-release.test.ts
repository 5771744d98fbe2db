import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ReleaseBench } from '../../schemas/bench.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';

let system: OwnSystem;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-bench-'));
  system = await startOwnSystem();
});
afterAll(async () => {
  await system.stop();
  await rm(scratch, { recursive: true, force: true });
});

/** How fast it is, is for a quiet machine to say; that it is measured whole, and that nothing is torn or early, is said here. */
test('lockstep bench release takes several bundles through the running system to one T0, and measures all of it', async () => {
  const [json, page] = [join(scratch, 'release.json'), join(scratch, 'release.md')];
  const asked = ['--bundles', '3', '--lead', '5', '--accounts', 'none', '--out', json, '--markdown', page];
  const { code, out, err } = await system.lockstep('bench', 'release', ...asked, '--json');
  expect(code, err).toBe(0);
  const measured = ReleaseBench.parse(JSON.parse(out));
  expect(ReleaseBench.parse(JSON.parse(await readFile(json, 'utf8')))).toEqual(measured);

  const { release, approvals, budgets } = measured;
  expect(release).toMatchObject({ bundles: 3, released: 3, lateness: { count: 3 } });
  expect(release.lateness?.min).toBeGreaterThanOrEqual(0);
  expect(release.seen).toMatchObject({ pages: 12, met: 12, early: 0, tornWindowMs: 0, commitToLast: { count: 3 } });
  expect(release.channels.map(({ channel, verified }) => `${channel} ${verified}`).sort()).toEqual([
    'press-pack 3',
    'website 3',
    'wechat 3',
  ]);
  // The last call of each channel to its providers, from its own record: never before T0.
  const calls = release.channels.flatMap(({ channel, t0ToCall }) => (t0ToCall ? [{ channel, ...t0ToCall }] : []));
  expect(calls.map(({ channel, count }) => `${channel} ${count}`).sort()).toEqual(['press-pack 3', 'wechat 3']);
  for (const { min } of calls) expect(min).toBeGreaterThanOrEqual(0);
  if (process.platform === 'linux')
    expect(release.processors?.used.map((each) => each.process)).toEqual(expect.arrayContaining(['worker', 'press']));
  expect(approvals.count).toBe(3 * 3); // of four gates, the last begins the preparation and is not measured
  const { rows } = await system.core.query('select count(distinct t0)::int as instants from release');
  expect(rows).toEqual([{ instants: 1 }]);
  const text = await readFile(page, 'utf8');
  for (const { what } of budgets) expect(text).toContain(what);
});
