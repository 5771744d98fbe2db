import pc from 'picocolors';
import { expect, test } from 'vitest';
import { liveView } from '../../services/cli/live-view.ts';
import { readMoment } from '../../services/cli/moment.ts';
import { listView, statusView } from '../../services/cli/views.ts';
import { releaseStatus } from '../support/release-status.ts';

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

test('what stands in the way is told in both languages', () => {
  const text = statusView(
    releaseStatus({ blockers: [{ zh: '没有解读方案', en: 'The plan is missing' }] }),
    pc.createColors(false),
  );
  expect(text).toContain('没有解读方案');
  expect(text).toContain('The plan is missing');
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
