import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Transition } from '../../activities/releases/types.ts';
import { permanent, permanentCause } from '../../schemas/failures.ts';
import { inReview, signAll } from '../support/policy-release-driver.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

const decided = () => ({ decidedAt: new Date().toISOString() });

describe('the rows', () => {
  test.each([
    ['refuses connections', () => Promise.reject(new Error('The database is away'))],
    ['does not answer', (mended: Promise<void>) => mended],
  ])('while the database %s, the status can be read, and the answer waits for the row', async (_, away) => {
    const tried = Promise.withResolvers<void>();
    const mended = Promise.withResolvers<void>();
    let isAway = true;
    let isThere = false;
    const recordDecision = async () => {
      tried.resolve();
      if (isAway) await away(mended.promise);
      isThere = true;
      return decided();
    };
    await inReview(
      environment,
      async (driver) => {
        const signed = driver.sign('legal').then((status) => ({ status, isThere }));
        await tried.promise;
        expect((await driver.status()).gates.find(({ gate }) => gate === 'legal')).toMatchObject({ state: 'open' });
        isAway = false;
        await environment.sleep('1 minute'); // more than the longest interval between two tries
        const answer = await signed;
        expect(answer.isThere).toBe(true);
        expect(answer.status.gates.find(({ gate }) => gate === 'legal')).toMatchObject({ state: 'signed' });
        mended.resolve(); // what was asked first is answered last, and changes nothing
      },
      { overrides: { recordDecision } },
    );
  });

  test('a refusal of the row reaches the person, by its type and in their words', async () => {
    const words = { zh: '一人至多审签一关', en: 'One person decides at most one gate' };
    const recordDecision = async () => {
      throw permanent('NotAllowed', words);
    };
    await inReview(
      environment,
      async (driver) => {
        const refusal = await driver.sign('legal').catch((error: unknown) => error);
        expect(permanentCause(refusal)).toEqual({ type: 'NotAllowed', message: words });
        expect((await driver.status()).gates.every(({ state }) => state === 'open')).toBe(true);
      },
      { overrides: { recordDecision } },
    );
  });

  test('while Kafka is away people go on, and what happened is told in order once it is back', async () => {
    const announced: string[] = [];
    let isAway = true;
    const announceTransitions = async (transitions: Transition[]) => {
      if (isAway) throw new Error('Kafka is away');
      announced.push(...transitions.map(({ state }) => state));
    };
    await inReview(
      environment,
      async (driver) => {
        await signAll(driver);
        await driver.called('prepare');
        expect(announced).toEqual([]);
        isAway = false;
        await environment.sleep('1 minute');
        await expect.poll(() => announced).toEqual(['in-review', 'cleared', 'preparing']);
      },
      { overrides: { announceTransitions } },
    );
  });

  test('transitions are announced by the numbers that their rows have, in order, each once', async () => {
    const announced: Transition[] = [];
    const overrides = {
      // A task that was lost had written three transitions when the first one came.
      recordTransition: async ({ transition }: Transition) => (transition === 0 ? 3 : transition),
      announceTransitions: async (transitions: Transition[]) => void announced.push(...transitions),
    };
    await inReview(
      environment,
      async (driver) => {
        await signAll(driver);
        await expect
          .poll(() => announced.map(({ transition, state }) => [transition, state]))
          .toEqual([
            [3, 'in-review'],
            [4, 'cleared'],
            [5, 'preparing'],
          ]);
      },
      { overrides },
    );
  });
});
