import { setImmediate as nextTurn } from 'node:timers/promises';
import { TransientFailure } from '../activities/ports/event-bus.ts';
import { settledWithin } from './within.ts';

type Options = {
  /** Calls that one batch takes at most. */
  most: number;
  /** How long one batch may hold up the next. Left out where somebody else watches over calls that hang. */
  patienceMs?: number;
};

/**
 * Answers single calls together: while one batch runs the next calls gather, and then all of them go, in the order in which
 * they came. Calls that come in one turn of the event loop (attempts that woke for the same T0) are one batch from the start.
 * `answerAll` answers in the order of its calls. Where it rejects, or takes longer than the patience, each of its calls
 * rejects, and may have had its effect all the same.
 */
export function gather<Call, Answer>(
  answerAll: (calls: Call[]) => Promise<Answer[]>,
  { most, patienceMs }: Options,
): (call: Call) => Promise<Answer> {
  const waiting: { call: Call; answered: PromiseWithResolvers<Answer> }[] = [];
  let running = false;

  async function runBatch(): Promise<void> {
    const batch = waiting.splice(0, most);
    const done = answerAll(batch.map(({ call }) => call)).then(
      (answers) => {
        for (const [place, { answered }] of batch.entries()) answered.resolve(answers[place] as Answer);
      },
      (error: unknown) => {
        for (const { answered } of batch) answered.reject(error);
      },
    );
    if (patienceMs === undefined) return done;
    if (await settledWithin(done, patienceMs)) return;
    for (const { answered } of batch) answered.reject(new Error(`No answer to a batch within ${patienceMs} ms`));
  }

  async function run(): Promise<void> {
    running = true;
    await nextTurn();
    while (waiting.length > 0) await runBatch();
    running = false;
  }

  return (call) => {
    const answered = Promise.withResolvers<Answer>();
    waiting.push({ call, answered });
    if (!running) void run();
    return answered.promise;
  };
}

/**
 * As `gather`, for work that happens as a whole or not at all, such as a transaction: where a batch fails, each of its calls
 * is tried alone, so that none pays for another; but for a `TransientFailure`, which would meet each of them alike.
 */
export function gatherWhole<Call, Answer>(
  answerAll: (calls: Call[]) => Promise<Answer[]>,
  { most }: Pick<Options, 'most'>,
): (call: Call) => Promise<Answer> {
  const alone = async (call: Call): Promise<Answer> => (await answerAll([call]))[0] as Answer;
  const answerEach = async (calls: Call[]): Promise<PromiseSettledResult<Answer>[]> => {
    try {
      return (await answerAll(calls)).map((value) => ({ status: 'fulfilled', value }));
    } catch (reason) {
      const nothingToTry = calls.length === 1 || reason instanceof TransientFailure;
      if (nothingToTry) return calls.map(() => ({ status: 'rejected', reason }));
      return Promise.allSettled(calls.map(alone));
    }
  };
  const settle = gather(answerEach, { most });
  return async (call) => {
    const result = await settle(call);
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  };
}
