import { expect, test } from 'vitest';
import { calendar } from '../../infra/local/doctor.ts';
import { createReporter } from '../../infra/local/report.ts';

test('a year without working days is a failure, since gate deadlines would be guessed', () => {
  expect(calendar([2025, 2026], new Date('2027-01-04T02:00:00Z'))).toMatchObject({ status: 'fail' });
});

test('the year is the one it is in Beijing', () => {
  expect(calendar([2026], new Date('2026-12-31T16:30:00Z'))).toMatchObject({ status: 'fail' });
});

test('in December the next year should be there, before it is needed', () => {
  expect(calendar([2026], new Date('2026-12-01T02:00:00Z'))).toMatchObject({ status: 'warn' });
  expect(calendar([2026, 2027], new Date('2026-12-01T02:00:00Z'))).toMatchObject({ status: 'ok' });
  expect(calendar([2026], new Date('2026-11-24T02:00:00Z'))).toMatchObject({ status: 'ok' });
});

test('without a terminal every line is plain and stays', () => {
  let written = '';
  const step = createReporter({ write: (text) => (written += text) }).step('Kafka');
  step.progress('下载 downloading', 0.5);
  step.note('why');
  step.done('127.0.0.1:19092');
  expect(written).toMatch(/^ {2}Kafka: why\n✓ Kafka {2}127\.0\.0\.1:19092 {2}\d+\.\d s\n$/);
});

test('on a terminal what is running is redrawn, no line is wider than the screen, and what is done stays', () => {
  const written: string[] = [];
  const reporter = createReporter({ isTTY: true, columns: 20, write: (text) => written.push(text) });
  const kafka = reporter.step('Kafka');
  const temporal = reporter.step('Temporal 服务器正在从源码编译');
  kafka.done('up');
  const [above, running] = written.slice(-2);
  expect(above).toContain('Kafka');
  expect(running).not.toContain('Kafka');
  expect([...(running ?? '').trimEnd()].reduce((width, char) => width + (char > '\u2e7f' ? 2 : 1), 0)).toBeLessThan(21);
  temporal.done('up');
});
