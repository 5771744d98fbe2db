import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { readBundle } from '../../activities/bundles/intake.ts';
import { checkBundle } from '../../activities/checks/check-bundle.ts';
import { RULES } from '../../activities/checks/index.ts';
import { inParallel } from '../../infra/bench/in-parallel.ts';
import { ITEMS_PER_NOTICE, makeNotice } from '../../infra/bench/notices.ts';
import { processorTime } from '../../infra/bench/processor-time.ts';
import { measureSymlinkFloor } from '../../infra/bench/symlink-floor.ts';
import { openZip } from '../../infra/bundle-source/zip.ts';
import { createDocumentReader } from '../../infra/documents/reader.ts';
import { loadRuleData } from '../../infra/rule-data/load.ts';
import { ReleaseBench } from '../../schemas/bench.ts';
import { releaseBudgets } from '../../services/cli/bench/release-budgets.ts';
import { type BundleOutcome, releaseFigures } from '../../services/cli/bench/release-figures.ts';
import { releaseMarkdown } from '../../services/cli/bench/release-report.ts';
import { medianOf, spreadOf } from '../../services/cli/bench/statistics.ts';
import { packBundle } from '../../services/cli/bundle-zip.ts';
import type { ProbeVerdict } from '../../services/cli/prober/messages.ts';

const t0 = '2026-03-02T01:00:00.000Z';
const after = (ms: number) => new Date(Date.parse(t0) + ms).toISOString();
const moment = (ms: number) => Date.parse(t0) + ms;

/** Two bundles: `a` commits 10 ms after T0 and is live at 100, `b` 30 and 250. */
const outcomes: BundleOutcome[] = [
  outcome('a', 10, [
    ['website', 'ready', -5_000],
    ['website', 'live', 100],
    ['website', 'live', 140], // told again
    ['website', 'verified', 180],
    ['wechat', 'live', 900],
  ]),
  outcome('b', 30, [
    ['website', 'live', 250],
    ['website', 'verified', 300],
    ['wechat', 'live', 1_200],
  ]),
];
function outcome(
  bundleId: string,
  committedMs: number,
  receipts: ['website' | 'wechat', 'ready' | 'live' | 'verified', number][],
): BundleOutcome {
  return {
    bundleId,
    released: true,
    committed: { t0, committedAt: after(committedMs) },
    receipts: receipts.map(([channel, state, ms]) => ({ channel, state, at: after(ms) })),
    calls: receipts.some(([channel]) => channel === 'wechat')
      ? [{ channel: 'wechat', at: moment(committedMs + 600) }]
      : [],
  };
}

const verdict = (changes: Partial<ProbeVerdict> = {}): ProbeVerdict => ({
  samples: 400,
  unanswered: 0,
  earliestVisibleAt: moment(110),
  neverVisible: [],
  lateStart: [],
  tears: [],
  tornWindowMs: 0,
  firstSeen: [
    { group: 'a', page: 'policy', at: moment(110) },
    { group: 'a', page: 'text', at: moment(115) },
    { group: 'b', page: 'policy', at: moment(260) },
    { group: 'b', page: 'text', at: moment(270) },
  ],
  ...changes,
});
const figures = (changes: Partial<ProbeVerdict> = {}, all = outcomes) =>
  releaseFigures(all, ['website', 'wechat'], { verdict: verdict(changes), pages: 4 });

describe('statistics', () => {
  test('a percentile is a value that occurred, by nearest rank', () => {
    const values = Array.from({ length: 200 }, (_, at) => 200 - at);
    expect(spreadOf(values)).toEqual({ count: 200, min: 1, p50: 100, p99: 198, max: 200 });
    expect(spreadOf([7])).toEqual({ count: 1, min: 7, p50: 7, p99: 7, max: 7 });
    expect(spreadOf([])).toBeNull();
  });
  test('the median of an even number is a run that happened', () => expect(medianOf([4, 1, 3, 2])).toBe(2));
});

describe('figures of many bundles', () => {
  test('lateness is from T0; channels are from each bundle’s own commit, by its first receipt, and in total', () => {
    const { released, lateness, channels } = figures();
    expect(released).toBe(2);
    expect(lateness).toMatchObject({ count: 2, min: 10, max: 30 });
    const [website, wechat] = channels;
    expect(website).toMatchObject({ verified: 2, totalLiveMs: 240, totalVerifiedMs: 290 });
    expect(website?.commitToLive).toMatchObject({ min: 90, max: 220 });
    expect(website?.t0ToCall).toBeNull(); // it calls nobody
    expect(wechat?.t0ToCall).toMatchObject({ count: 2, min: 610, max: 630 });
    expect(wechat).toMatchObject({ verified: 0, commitToVerified: null, totalLiveMs: 1_190, totalVerifiedMs: null });
  });

  test('what was met in public is counted from each bundle’s own commit, and in total from the first', () => {
    const { seen } = figures();
    expect(seen).toMatchObject({ pages: 4, met: 4, early: 0, tornWindowMs: 0, totalMs: 260 });
    expect(seen?.commitToFirst).toMatchObject({ min: 100, max: 230 });
    expect(seen?.commitToLast).toMatchObject({ min: 105, max: 240 });
  });

  test('a page that was met before its commit, or without any, is early', () => {
    const firstSeen = [{ group: 'a', page: 'policy', at: moment(9) }];
    expect(figures({ firstSeen }).seen?.early).toBe(1);
    const [a, b] = outcomes;
    const held = [a, { ...b, committed: null, released: false }] as BundleOutcome[];
    expect(figures({}, held)).toMatchObject({ released: 1, lateness: { count: 1 }, seen: { early: 2 } });
  });

  test('a page that the prober looked at too late does not count as met', () => {
    expect(figures({ lateStart: [{ group: 'b', page: 'text' }] }).seen?.met).toBe(3);
  });
});

type Release = ReturnType<typeof figures> & Partial<Pick<ReleaseBench['release'], 'processors'>>;
const result = (release: Release = figures(), changes: Partial<Parameters<typeof releaseBudgets>[0]> = {}) => {
  const measured = {
    release: {
      ...{ bundles: 2, itemsEach: 5, t0 },
      processors: {
        wallMs: 10_000,
        used: [
          { process: 'Temporal', ms: 9_000 },
          { process: 'worker', ms: 3_000 },
        ],
      },
      ...release,
    },
    floor: { directories: 2, files: 4, runs: 5, medianMs: 60, fastestMs: 50 },
    approvals: { concurrency: 16, count: 6, perSecond: 40, barePerSecond: 70, ratio: 40 / 70 },
    accounts: null,
    ...changes,
  };
  return ReleaseBench.parse({
    bench: 'release',
    at: t0,
    versions: { lockstep: '0.1.0', node: '24.0.0', temporal: '1.2.3', kafka: '4.1.1', postgres: null },
    machine: { system: 'linux x64', processor: 'p', processors: 2, memoryBytes: 2 ** 34, load: 0.5 },
    ...measured,
    budgets: releaseBudgets(measured),
  });
};
const verdictOn = ({ budgets }: ReleaseBench, what: string) => budgets.find((each) => each.what.includes(what))?.kept;

describe('budgets', () => {
  test('all within', () => {
    const { budgets } = result();
    expect(budgets.filter(({ kept }) => kept !== true).map(({ what }) => what)).toEqual([
      expect.stringContaining('time per account'),
    ]);
  });

  test('a tear is over, however little else was seen; without a sight of every page nothing is proven', () => {
    const half = verdict().firstSeen.slice(0, 2);
    expect(verdictOn(result(figures({ tornWindowMs: 3 })), 'torn')).toBe(false);
    expect(verdictOn(result(figures({ tornWindowMs: 3, firstSeen: half })), 'torn')).toBe(false);
    expect(verdictOn(result(figures({ firstSeen: half })), 'torn')).toBeNull();
    expect(verdictOn(result(figures({ firstSeen: half })), 'symlink')).toBeNull();
    expect(verdictOn(result({ ...figures(), seen: null }), 'torn')).toBeNull();
  });

  test('a commit before T0, or a page before its commit, is over', () => {
    const early = figures({}, [outcome('a', -1, []), outcome('b', 30, [])]);
    expect(verdictOn(result(early), '提前公开')).toBe(false);
    const page = figures({ firstSeen: [...verdict().firstSeen, { group: 'a', page: 'qa', at: moment(5) }] });
    expect(verdictOn(result(page), '提前公开')).toBe(false);
  });

  test('a call to another channel that begins too late is over; one that is not on record is not measured', () => {
    const called = (at: number | null): BundleOutcome[] =>
      outcomes.map((each) => ({ ...each, calls: at === null ? [] : [{ channel: 'wechat', at: moment(at) }] }));
    const [a, b] = [called(4_999), called(null)];
    expect(verdictOn(result(figures({}, a)), 'last call')).toBe(true);
    expect(verdictOn(result(figures({}, called(5_001))), 'last call')).toBe(false);
    expect(verdictOn(result(figures({}, [...a.slice(0, 1), ...b.slice(1)])), 'last call')).toBeNull();
  });

  test('late commits, a slow site, slow approvals and accounts that cost more the more there are, are over', () => {
    const late = figures({}, [outcome('a', 10, []), outcome('b', 251, [])]);
    expect(verdictOn(result(late), 'p99')).toBe(false);
    const floor = { directories: 2, files: 4, runs: 5, medianMs: 50, fastestMs: 50 };
    expect(verdictOn(result(figures(), { floor }), 'symlink')).toBe(false); // 260 ÷ 50
    const approvals = { concurrency: 16, count: 6, perSecond: 34, barePerSecond: 70, ratio: 34 / 70 };
    expect(verdictOn(result(figures(), { approvals }), '审签')).toBe(false);
    const run = {
      repeats: 1,
      prepareMs: 1,
      liveMs: 1,
      verifiedMs: 1,
      mostEvents: 9,
      mostHistoryBytes: 9,
      peakBytes: 9,
    };
    const accounts = { runs: [{ accounts: 10, msPerAccount: 2, ...run }], thousandToTen: 1.3 };
    expect(verdictOn(result(figures(), { accounts }), 'account')).toBe(false);
  });
});

test('the page has machine, versions, every budget with its verdict, and what the floor is', () => {
  const page = releaseMarkdown(result());
  for (const told of ['Temporal 1.2.3', 'Kafka 4.1.1', 'PostgreSQL –', '2 × linux x64', 'The symlink floor:'])
    expect(page).toContain(told);
  expect(page.match(/✔ 达到 within/g)).toHaveLength(result().budgets.filter(({ kept }) => kept).length);
  expect(page).toContain('– 未测 not measured');
  expect(page).toContain('| Temporal | 9.0 | 75 % |');
  expect(page).toMatch(/2 个处理器 10\.0 s .*\| 12\.0 \| 60 % \|/);
  expect(releaseMarkdown(result({ ...figures(), processors: null }))).not.toContain('处理器用时');
});

test('the made-up notices are whole, differ, and have nothing that a reviewer would have to answer', async () => {
  const reader = createDocumentReader();
  const data = await loadRuleData();
  try {
    for (const serial of [1, 40, 100]) {
      const made = await makeNotice(serial, crypto.randomUUID(), ['website']);
      const intake = await readBundle(await openZip(await packBundle(made)));
      const { findings } = await checkBundle(intake, { readDocument: reader.readDocument, rules: RULES, data });
      expect({ serial, findings }).toEqual({ serial, findings: [] });
      expect(intake.parts).toHaveLength(ITEMS_PER_NOTICE);
    }
  } finally {
    await reader.close();
  }
  const numbers = await Promise.all([1, 2].map(async (serial) => makeNotice(serial, crypto.randomUUID(), ['website'])));
  expect(new Set(numbers.map(({ manifest }) => manifest.documentNumber)).size).toBe(2);
});

test.skipIf(process.platform !== 'linux')(
  'processor time counts what a child used that has ended',
  () => {
    const self = [{ name: 'self', pid: process.pid }];
    const before = processorTime(self)?.get('self') ?? Number.NaN;
    spawnSync(process.execPath, ['-e', 'while (process.cpuUsage().user < 200_000);']);
    expect(processorTime(self)?.get('self')).toBeGreaterThanOrEqual(before + 200);
  },
  60_000,
);

test('the floor is measured on real links and a real server', async () => {
  const times = await measureSymlinkFloor([Buffer.from('a'), Buffer.from('b')], { directories: 3, runs: 2 });
  expect(times).toHaveLength(2);
  for (const time of times) expect(time).toBeGreaterThan(0);
});

describe('work in parallel', () => {
  test('never has more under way than it may, and keeps the order of results', async () => {
    let [running, most] = [0, 0];
    const results = await inParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      most = Math.max(most, ++running);
      await Promise.resolve();
      running -= 1;
      return item * 10;
    });
    expect(results).toEqual([10, 20, 30, 40, 50, 60, 70]);
    expect(most).toBe(3);
  });
  test('starts nothing more after a failure', async () => {
    const started: number[] = [];
    const work = inParallel([1, 2, 3, 4, 5], 2, async (item) => {
      started.push(item);
      if (item === 1) throw new Error('no');
      await new Promise((resolve) => setImmediate(resolve));
    });
    await expect(work).rejects.toThrow('no');
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual([1, 2]);
  });
});
