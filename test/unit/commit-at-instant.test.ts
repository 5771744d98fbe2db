import { expect, test } from 'vitest';
import { createCommitAtInstant } from '../../activities/releases/commit-at-instant.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { coreRows } from '../support/core-rows.ts';
import { createMemoryCoreStore } from '../support/memory-core-store.ts';
import { newBundleId } from '../support/release-fixture.ts';

const t0 = Date.parse('2026-03-16T01:00:00.000Z');
const first = { going: [{ channels: ['website' as const], attempt: 1 }], inGroup: false };

/** An armed bundle on a clock of its own, `behindMs` before its T0; `meanwhile` happens as soon as it waits. */
async function armed(behindMs: number, meanwhile: (store: Rows) => unknown = () => {}) {
  let clock = t0 - behindMs;
  const { store, db } = createMemoryCoreStore(() => new Date(clock).toISOString());
  const { revise, signAll, arm } = coreRows(store);
  const sealed = await revise(newBundleId());
  await signAll(sealed);
  const releaseId = await arm(sealed, null, new Date(t0).toISOString());
  const told: string[] = [];
  const paused: number[] = [];
  let kafkaIsAway = false;
  const commit = createCommitAtInstant({
    store,
    announcer: {
      async announce(events) {
        if (kafkaIsAway) throw new Error('Kafka is away');
        told.push(...events.map(({ id, type }) => `${type} ${id}`));
      },
    },
    async pause(ms) {
      paused.push(ms);
      await meanwhile({ hold: () => store.savePlan(sealed, null) });
      clock += ms - (paused.length === 1 ? 3 : 0); // a timer that fires a little too early
    },
  });
  const released = () => [...db.rows.release.values()].map(({ committedAt }) => Date.parse(committedAt) - t0);
  const loseKafka = () => {
    kafkaIsAway = true;
  };
  return { commit: () => commit(sealed, releaseId, first), told, paused, released, loseKafka };
}
type Rows = { hold: () => Promise<unknown> };

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

test('while Kafka is away it is committed all the same, and says that it told nobody', async () => {
  const { commit, released, loseKafka } = await armed(0);
  loseKafka();
  expect(await commit()).toMatchObject({ outcome: 'committed', told: false });
  expect(released()).toHaveLength(1);
});

test('an instant that is far off by the clock of the database is no wait of an activity', async () => {
  const { commit, paused, released } = await armed(60_000);
  expect(await commit()).toEqual({ outcome: 'early', waitMs: 60_000 });
  expect([paused, released()]).toEqual([[], []]);
});
