import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { createCommitAtInstant } from '../../activities/releases/commit-at-instant.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { armedFor, coreRows } from '../support/core-rows.ts';
import { createMemoryCoreStore } from '../support/memory-core-store.ts';
import { newBundleId } from '../support/release-fixture.ts';

const t0 = Date.parse('2026-03-16T01:00:00.000Z');
const first = { going: [{ channels: ['website' as const], attempt: 1 }], inGroup: false };

/** An armed bundle on a clock of its own, `behindMs` before its T0; `meanwhile` happens as soon as it waits. */
async function armed(behindMs: number, meanwhile: (people: People) => unknown = () => {}) {
  let clock = t0 - behindMs;
  const { store, db } = createMemoryCoreStore(() => new Date(clock).toISOString());
  const { revise, signAll, arm } = coreRows(store);
  const sealed = await revise(newBundleId());
  await signAll(sealed);
  const releaseId = await arm(sealed, null, new Date(t0).toISOString());
  const told: string[] = [];
  const paused: number[] = [];
  let kafkaIsAway = false;
  const activity = createCommitAtInstant({
    store,
    announcer: {
      async announce(events) {
        if (kafkaIsAway) throw new Error('Kafka is away');
        told.push(...events.map(({ id, type }) => `${type} ${id}`));
        await sleep(20); // the answer of Kafka takes longer than the rows of those that commit beside it
      },
    },
    async pause(ms) {
      paused.push(ms);
      const end = clock + ms - (paused.length === 1 ? 3 : 0); // a timer that fires a little too early
      if (paused.length === 1) await meanwhile(people);
      clock = Math.max(clock, end);
    },
  });
  const commit = () => activity(sealed, releaseId, first);
  const people: People = {
    hold: () => store.savePlan(sealed, null),
    resume: (afterT0Ms) => store.savePlan(sealed, armedFor(new Date(t0 + afterT0Ms).toISOString())),
    async reviseAndArm() {
      const newer = await revise(sealed.bundleId, { manifest: { draftingUnit: '区财政局' } });
      await signAll(newer);
      await arm(newer, null, new Date(t0).toISOString());
    },
    commit,
  };
  const released = () => [...db.rows.release.values()].map(({ committedAt }) => Date.parse(committedAt) - t0);
  const loseKafka = () => {
    kafkaIsAway = true;
  };
  const notices = () => [...db.rows.notice.values()].map(({ detail }) => detail?.en.split(': ')[1]);
  return { commit, told, paused, released, notices, loseKafka };
}
type People = {
  hold: () => Promise<unknown>;
  resume: (afterT0Ms: number) => Promise<unknown>;
  reviseAndArm: () => Promise<void>;
  /** The attempt that the workflow makes for the new plan, or a retry. */
  commit: () => Promise<unknown>;
};

test('the commit waits for T0 by the clock of the database, never early, and tells the website with it', async () => {
  const { commit, told, paused, released } = await armed(5_000);
  expect(await commit()).toMatchObject({ outcome: 'committed', told: true });
  expect(paused).toEqual([5_000, 3]);
  expect(released()).toEqual([0]);
  expect(told).toHaveLength(1);
});

test('a repeat after a crash finds the row, and tells again under the same event id', async () => {
  const { commit, told, released } = await armed(0);
  const answers = [await commit(), await commit()];
  expect(answers[0]).toEqual(answers[1]);
  expect(released()).toHaveLength(1);
  expect(new Set(told).size).toBe(1);
});

test('a hold while it waits wins: nothing is committed, and nobody is told', async () => {
  const { commit, told, released } = await armed(5_000, ({ hold }) => hold());
  await expect(commit()).rejects.toSatisfy((error) => isPermanent(error, 'WrongPhase'));
  expect([released(), told]).toEqual([[], []]);
});

describe('held and resumed while it waits, it does what the new plan says and no more:', () => {
  test('of a later instant it only says how far off it is, and a retry waits for that one', async () => {
    const { commit, told, released } = await armed(5_000, async ({ hold, resume }) => {
      await hold();
      await resume(8_000);
    });
    expect(await commit()).toEqual({ outcome: 'early', waitMs: 8_003 });
    expect([released(), told]).toEqual([[], []]);
    expect(await commit()).toMatchObject({ outcome: 'committed' });
    expect(released()).toEqual([8_000]);
  });

  test('for the same instant both attempts find one row, and tell one event', async () => {
    const answers: unknown[] = [];
    const { commit, told, released } = await armed(5_000, async (people) => {
      await people.hold();
      await people.resume(0);
      answers.push(await people.commit());
    });
    answers.push(await commit());
    expect(answers[0]).toEqual(answers[1]);
    expect(released()).toEqual([0]);
    expect([told.length, new Set(told).size]).toEqual([2, 1]);
  });

  test('for an earlier instant it comes second, and says nothing new', async () => {
    const { commit, told, released } = await armed(5_000, async (people) => {
      await people.hold();
      await people.resume(-4_000);
      await people.commit();
    });
    expect(await commit()).toMatchObject({ outcome: 'committed', told: true });
    expect(released()).toEqual([-4_000]);
    expect(new Set(told).size).toBe(1);
  });

  test('what was held is gone for it where another revision is armed', async () => {
    const { commit, told, released } = await armed(5_000, async ({ hold, reviseAndArm }) => {
      await hold();
      await reviseAndArm();
    });
    await expect(commit()).rejects.toSatisfy((error) => isPermanent(error, 'SealStale'));
    expect([released(), told]).toEqual([[], []]);
  });
});

test('while Kafka is away it is committed all the same, and says that it told nobody', async () => {
  const { commit, released, loseKafka } = await armed(0);
  loseKafka();
  expect(await commit()).toMatchObject({ outcome: 'committed', told: false });
  expect(released()).toHaveLength(1);
});

test.each([
  [1_000, []],
  [1_001, ['commit T0+1001 ms']],
])('a commit %i ms after T0 is late by what the rows say of it: %j', async (afterT0Ms, expected) => {
  const { commit, notices } = await armed(-afterT0Ms);
  await commit();
  await commit(); // a retry tells it once
  expect(notices()).toEqual(expected);
});

test('an instant that is far off by the clock of the database is no wait of an activity', async () => {
  const { commit, paused, released } = await armed(60_000);
  expect(await commit()).toEqual({ outcome: 'early', waitMs: 60_000 });
  expect([paused, released()]).toEqual([[], []]);
});

test('what commits alone answers at once; several of one instant make way for the site first', async () => {
  const { commit, paused, told } = await armed(0);
  await commit();
  expect(paused).toEqual([]);
  const answers = await Promise.all([commit(), commit(), commit()]);
  const [three = 0, two = 0] = paused; // here a pause takes no time, so the last has nobody beside it
  expect(paused).toHaveLength(2);
  expect([two > 0, three / two]).toEqual([true, 3 / 2]);
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(told).toHaveLength(4); // before any of them makes way
});
