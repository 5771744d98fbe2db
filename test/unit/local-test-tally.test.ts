import { expect, test } from 'vitest';
import { sum, tally } from '../../infra/local/test-tally.ts';

const report = { numPassedTests: 3, numPendingTests: 1, numTodoTests: 1, testResults: [] };
const passed = { status: 'passed', fullName: 'a rule that holds', failureMessages: [] };
const failed = { status: 'failed', fullName: 'a rule', failureMessages: ['expected 2 to be 3\n    at a place'] };

test('a green run counts what passed and what was left out', () => {
  expect(tally('unit', report, 0)).toEqual({ passed: 3, failures: [], skipped: 2 });
});

test('a file that could not be loaded is a failure, although it has no test', () => {
  const testResults = [{ name: 'a.test.ts', status: 'failed', message: 'no such module', assertionResults: [] }];
  expect(tally('unit', { ...report, testResults }, 1).failures).toEqual(['unit a.test.ts\n    no such module']);
});

test('a failing test is told once by its name and its message, and not again with its file', () => {
  const testResults = [{ name: 'a.test.ts', status: 'failed', message: '', assertionResults: [failed, passed] }];
  const { failures } = tally('unit', { ...report, testResults }, 1);
  expect(failures).toEqual([expect.stringMatching(/^unit a\.test\.ts › a rule\n {4}expected 2 to be 3\n/)]);
});

test('a long message is told by its beginning', () => {
  const long = { ...failed, failureMessages: [Array.from({ length: 500 }, (_, line) => `line ${line}`).join('\n')] };
  const testResults = [{ name: 'a.test.ts', status: 'failed', message: '', assertionResults: [long] }];
  const [told] = tally('unit', { ...report, testResults }, 1).failures;
  expect(told).toContain('line 0');
  expect(told).not.toContain('line 100');
});

test('an error outside of any test shows in the exit code only, and is a failure', () => {
  expect(tally('unit', report, 1).failures).toEqual(['unit: exit code 1, outside of any test']);
});

test('a run that left no report failed', () => {
  expect(tally('e2e', undefined, 0)).toEqual({ passed: 0, failures: ['e2e: no report, exit code 0'], skipped: 0 });
});

test('lanes add up', () => {
  expect(sum([tally('unit', report, 0), tally('e2e', report, 1)])).toEqual({
    passed: 6,
    failures: ['e2e: exit code 1, outside of any test'],
    skipped: 4,
  });
});
