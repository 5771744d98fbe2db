import { expect, test } from 'vitest';
import type { Channel } from '../../schemas/bundle.ts';
import type { ReleaseStatus } from '../../schemas/release.ts';
import { demoOutcome, skewOf } from '../../services/cli/demo/outcome.ts';
import type { ProbeVerdict } from '../../services/cli/prober/messages.ts';
import { channelStatus, releaseStatus } from '../support/release-status.ts';

const t0 = '2026-03-05T01:00:00.000Z';
const after = (ms: number) => new Date(Date.parse(t0) + ms).toISOString();

const channel = (name: Channel, liveMs: number | null, state: 'verified' | 'unknown' = 'verified') =>
  channelStatus(name, {
    state,
    readyAt: after(-9_000),
    liveAt: liveMs === null ? null : after(liveMs),
    verifiedAt: state === 'verified' ? after(900) : null,
  });

const status = (changes: Partial<ReleaseStatus> = {}): ReleaseStatus =>
  releaseStatus({
    state: 'released',
    plan: { t0, policy: 'publish-rest' },
    committedAt: after(12),
    channels: [channel('website', 40), channel('wechat', 700)],
    ...changes,
  });

const verdict = (changes: Partial<ProbeVerdict> = {}): ProbeVerdict => ({
  samples: 900,
  unanswered: 0,
  earliestVisibleAt: Date.parse(after(45)),
  neverVisible: [],
  lateStart: [],
  tears: [],
  tornWindowMs: 0,
  firstSeen: [],
  ...changes,
});

test('released, verified everywhere and in step is a success', () => {
  const { result, problems, exitCode } = demoOutcome(status(), verdict());
  expect({ problems, exitCode }).toEqual({ problems: [], exitCode: 0 });
  expect(result).toMatchObject({ state: 'released', skewMs: 660, tornWindowMs: 0 });
});

test('a prober that died proves nothing, so nothing is claimed', () => {
  expect(demoOutcome(status(), null)).toMatchObject({ exitCode: 1, result: { tornWindowMs: null } });
});

test.each<[string, Partial<ProbeVerdict>]>([
  ['no sample at all', { samples: 0, earliestVisibleAt: null }],
  ['a page it never met in public', { neverVisible: [{ group: 'website', page: 'text IPv4' }] }],
  ['a page it first looked at when another was public', { lateStart: [{ group: 'website', page: 'text IPv4' }] }],
])('a prober that saw too little claims nothing: %s', (_, changes) => {
  expect(demoOutcome(status(), verdict(changes))).toMatchObject({ result: { tornWindowMs: null } });
});

test('a tear is reported even where the prober saw little else', () => {
  const torn = { tornWindowMs: 12, tears: [{ group: 'website', missing: 'text', shown: 'policy', from: 1, to: 13 }] };
  const neverVisible = [{ group: 'website', page: 'text' }];
  expect(demoOutcome(status(), verdict({ ...torn, neverVisible }))).toMatchObject({
    exitCode: 1,
    result: { tornWindowMs: 12 },
  });
});

test('early is a failure: before T0, and before the commit', () => {
  expect(demoOutcome(status(), verdict({ earliestVisibleAt: Date.parse(after(-1)) })).exitCode).toBe(1);
  expect(demoOutcome(status(), verdict({ earliestVisibleAt: Date.parse(after(11)) })).exitCode).toBe(1);
  expect(demoOutcome(status(), verdict({ earliestVisibleAt: Date.parse(after(12)) })).exitCode).toBe(0);
});

test('a channel that is not verified is named, and an unknown outcome has its own exit code', () => {
  const channels = [channel('website', 40), channel('wechat', null, 'unknown')];
  const { result, problems, exitCode } = demoOutcome(status({ state: 'outcome-unknown', channels }), verdict());
  expect(exitCode).toBe(4);
  expect(result.skewMs).toBeNull();
  expect(problems.map(({ zh }) => zh).join()).toContain('微信公众号');
});

test('skew is from the first to the last channel, whichever they are', () => {
  expect(skewOf([after(30), after(5), after(1_000)])).toBe(995);
  expect(skewOf([after(30)])).toBe(0);
  expect(skewOf([after(30), null])).toBeNull();
  expect(skewOf([])).toBeNull();
});
