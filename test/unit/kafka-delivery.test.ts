import { describe, expect, test } from 'vitest';
import { Poison, TransientFailure } from '../../activities/ports/event-bus.ts';
import { judge } from '../../infra/kafka/delivery.ts';

const withCode = (code: string) => Object.assign(new Error('connection'), { code });

describe('a failure that says nothing about the record is retried without end, ever more slowly', () => {
  test.each([
    ['TransientFailure', new TransientFailure('the store is down')],
    ['an error caused by one', new Error('could not publish', { cause: new TransientFailure('down') })],
    ['a failed fetch, though it is a TypeError', new TypeError('fetch failed', { cause: withCode('ECONNREFUSED') })],
    ['a connect that failed on every address', new AggregateError([withCode('ECONNREFUSED')])],
    ['a reset connection', withCode('ECONNRESET')],
    ['PostgreSQL shutting down', withCode('57P01')],
    ['PostgreSQL starting up', withCode('57P03')],
    ['a lost PostgreSQL connection', withCode('08006')],
    ['a deadlock', withCode('40P01')],
    ['a read-only server after a failover', withCode('25006')],
    ['a full disk', withCode('53100')],
  ])('%s', (_, error) => {
    const waits = [1, 2, 3, 50, 5_000].map((tries) => judge(error, tries));
    expect(waits).toEqual([200, 400, 800, 10_000, 10_000].map((afterMs) => ({ act: 'retry', afterMs })));
  });
});

test('poison is parked at once, also when something wrapped it', () => {
  expect(judge(new Poison('no seal'), 1)).toEqual({ act: 'park', reason: 'poison' });
  expect(judge(new Error('while handling', { cause: new Poison('no seal') }), 1)).toMatchObject({ act: 'park' });
});

test.each([
  ['a bug of ours', new TypeError('undefined is not a function')],
  ['a constraint that refuses the row', withCode('23505')],
  ['a value that is no error', 'oops'],
  ['nothing', undefined],
])('%s gets three tries, then a person', (_, error) => {
  expect(judge(error, 1)).toEqual({ act: 'retry', afterMs: 100 });
  expect(judge(error, 2)).toEqual({ act: 'retry', afterMs: 400 });
  expect(judge(error, 3)).toEqual({ act: 'park', reason: 'handler' });
});

test('an error that is its own cause ends in a verdict', () => {
  const error = new Error('round');
  error.cause = error;
  expect(judge(error, 3)).toMatchObject({ act: 'park' });
});
