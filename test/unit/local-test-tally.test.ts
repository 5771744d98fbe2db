import { expect, test } from 'vitest';
import { sum, tally } from '../../infra/local/test-tally.ts';

const report = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 1, numTodoTests: 1, testResults: [] };

test('a green run counts what passed and what was left out', () => {
  expect(tally(report, 0)).toEqual({ passed: 3, failed: 0, skipped: 2 });
});

test('a file that could not be loaded is a failure, although it has no test', () => {
  const testResults = [{ status: 'failed', assertionResults: [] }];
  expect(tally({ ...report, testResults }, 1).failed).toBe(1);
});

test('a failing test is counted once, and not again with its file', () => {
  const testResults = [{ status: 'failed', assertionResults: [{ status: 'failed' }, { status: 'passed' }] }];
  expect(tally({ ...report, numFailedTests: 1, testResults }, 1).failed).toBe(1);
});

test('an error outside of any test shows in the exit code only, and is a failure', () => {
  expect(tally(report, 1).failed).toBe(1);
});

test('a run that left no report failed', () => {
  expect(tally(undefined, 0)).toEqual({ passed: 0, failed: 1, skipped: 0 });
});

test('lanes add up', () => {
  expect(sum([tally(report, 0), tally(report, 1)])).toEqual({ passed: 6, failed: 1, skipped: 4 });
});
