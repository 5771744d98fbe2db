import pc from 'picocolors';
import { expect, test } from 'vitest';
import { BundleId } from '../../schemas/bundle.ts';
import { GroupId, ReleaseId } from '../../schemas/release.ts';
import { liveView } from '../../services/cli/live-view.ts';
import { readMoment } from '../../services/cli/moment.ts';
import { listView, statusView } from '../../services/cli/views.ts';
import { channelStatus, releaseStatus } from '../support/release-status.ts';

/** Columns that a text takes on a terminal: a Chinese character takes two. */
const columnsOf = (text: string) => [...text].reduce((sum, each) => sum + (/[\u2e80-\uffe6]/.test(each) ? 2 : 1), 0);

test('columns line up where Chinese and Latin text stand in one column', () => {
  const bundles = [
    releaseStatus({ title: '通知', documentNumber: '青政发〔2026〕12号' }),
    releaseStatus({ title: 'A', documentNumber: null, state: 'partly-released' }),
  ];
  const starts = listView(bundles)
    .trimEnd()
    .split('\n')
    .map((line) => columnsOf(line.slice(0, line.search(/(标题 title|通知|A)\s*$/))));
  expect(starts).toHaveLength(3);
  expect(new Set(starts).size).toBe(1);
});

test('times are shown as Beijing reads them', () => {
  const status = releaseStatus({ plan: { t0: '2026-03-04T17:30:00Z', policy: 'publish-rest' } });
  expect(statusView(status, pc.createColors(false))).toContain('2026-03-05 01:30:00');
});

test('a released bundle tells how late and how far apart it was, with what it went, who signed long ago, and its worth', () => {
  const bundleId = releaseStatus().bundleId;
  const other = BundleId.parse('7f1c9a52-0f3e-4c5a-9d43-3f6f4a6f1b12');
  const [signed, ...open] = releaseStatus().gates;
  if (!signed) throw new Error('not reached');
  const text = statusView(
    releaseStatus({
      plan: { t0: '2026-03-05T01:00:00Z', policy: 'publish-rest' },
      ...{ armedBy: 'leader', committedAt: '2026-03-05T01:00:00.120Z', validity: 'amended' },
      group: { groupId: GroupId.parse('7f1c9a52-0f3e-4c5a-9d43-3f6f4a6f1b13'), members: [bundleId, other] },
      gates: [{ ...signed, state: 'signed', reviewerId: 'reviewer', carriedFrom: 1, reason: '可行' }, ...open],
      channels: [
        channelStatus('website', { state: 'live', liveAt: '2026-03-05T01:00:00.200Z' }),
        channelStatus('wechat', { state: 'live', attempt: 2, liveAt: '2026-03-05T01:00:01.700Z' }),
        channelStatus('app'),
      ],
      amendments: [{ act: 'amend', on: '2026-04-01', byBundleId: other, byReleaseId: ReleaseId.parse(other) }],
      emergency: { declaredBy: 'leader', at: '2026-03-04T01:00:00Z' },
      emergencyReport: { state: 'overdue', dueAt: '2026-03-19T01:00:00Z' },
    }),
    pc.createColors(false),
  );
  for (const told of [
    ...[
      '晚于 T0 late 120 ms',
      '1500 ms  2/3 渠道已上线',
      'armed by leader',
      `+ ${other}`,
      '沿用第 1 稿 kept from 1；可行',
    ],
    ...['已修改 amended', '修改 amend  自 from 2026-04-01', 'live #2', '应急 emergency', '逾期未报 FLAGGED'],
  ])
    expect(text).toContain(told);
  expect(statusView(releaseStatus(), pc.createColors(false))).not.toMatch(/skew|committed|group|validity|emergency/);
});

test('what stands in the way is told in both languages', () => {
  const text = statusView(
    releaseStatus({ blockers: [{ zh: '没有解读方案', en: 'The plan is missing' }] }),
    pc.createColors(false),
  );
  expect(text).toContain('没有解读方案');
  expect(text).toContain('The plan is missing');
});

test('why a gate clock does not run is told in both languages', () => {
  const clockProblem = { zh: '日历中没有 2027 年', en: 'The calendar lacks the year 2027' };
  const gates = releaseStatus().gates.map((gate) => ({ ...gate, clockProblem }));
  expect(statusView(releaseStatus({ gates }), pc.createColors(false))).toContain(
    '日历中没有 2027 年 The calendar lacks the year 2027',
  );
});

test('a terminal is redrawn in place, a pipe gets every version', () => {
  const written: string[] = [];
  const terminal = liveView({ isTTY: true, write: (text) => written.push(text) });
  terminal.draw('一\n二\n');
  terminal.draw('三\n');
  expect(written[0]).not.toContain('\x1b[0J');
  expect(written[1]?.startsWith('\x1b[2A\x1b[0J')).toBe(true); // up by the rows of the version before

  const lines: string[] = [];
  const pipe = liveView({ write: (text) => lines.push(text) });
  pipe.draw('一\n');
  pipe.draw('二\n');
  expect(lines.join('')).toBe('一\n\n二\n\n');
});

test('a moment is an instant with its offset, or some time from now', () => {
  const now = new Date('2026-03-05T00:00:00Z');
  expect(readMoment('+90s', now)).toBe('2026-03-05T00:01:30.000Z');
  expect(readMoment('+5m', now)).toBe('2026-03-05T00:05:00.000Z');
  expect(readMoment('+2h', now)).toBe('2026-03-05T02:00:00.000Z');
  expect(readMoment('2026-03-05T09:00:00+08:00', now)).toBe('2026-03-05T09:00:00+08:00');
  for (const guess of ['2026-03-05T09:00:00', '9:00', '+5', '-5m', '+5d', ''])
    expect(() => readMoment(guess, now)).toThrow();
});
