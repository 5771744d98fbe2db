import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { gateClock } from '../../activities/releases/gate-clocks.ts';
import type { CarriedDecision, GateClock, ReleaseActivities } from '../../activities/releases/types.ts';
import type { CalendarFile } from '../../schemas/configuration.ts';
import { isPermanent } from '../../schemas/failures.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { type Bundle, type Driver, inReview as drive, signAll } from '../support/policy-release-driver.ts';
import { digest, fourGates, submission } from '../support/release-fixture.ts';
import { timeSkippingEnvironment } from '../support/time-skipping.ts';

let environment: TestWorkflowEnvironment;
beforeEach(async () => {
  environment = await timeSkippingEnvironment();
});
afterEach(() => environment.teardown());

const inReview = (use: (driver: Driver) => Promise<void>, bundle?: Bundle) => drive(environment, use, bundle);
const refused = (type: Parameters<typeof isPermanent>[1]) => (error: unknown) => isPermanent(error, type);
const notices = ({ calls }: Driver) => calls.filter((call) => call.startsWith('notice'));
const legalOnly = { gates: fourGates.filter(({ id }) => id === 'legal') };

/** This year and the next without a holiday, so that working days are the weekdays. */
const year = new Date().getUTCFullYear();
const calendar: CalendarFile = {
  version: 1,
  years: [year, year + 1].map((each) => ({ year: each, source: 'test', holidays: [], workedWeekendDays: [] })),
};

describe('the clock of a gate', () => {
  test('reminds, is overdue and escalates, each once and each on its working day, by a calendar that it names', async () => {
    let clock: GateClock | undefined;
    const limits: string[] = [];
    const notify: ReleaseActivities['notify'] = async (_, { kind, gate, detail }) => {
      limits.push(`notice ${kind} ${gate}: ${detail?.en}`);
    };
    const gateClocks = async (gates: typeof fourGates, at: string, emergencyAt: string | null) => {
      const clocks = gates.map((gate) => gateClock(calendar, gate, at, emergencyAt));
      clock = clocks[0];
      return clocks;
    };
    await inReview(
      async (driver) => {
        await expect.poll(() => clock).toBeDefined();
        for (const [moment, told] of [
          [clock?.remindAt, 'notice gate-reminder legal'],
          [clock?.dueAt, 'notice gate-overdue legal'],
          [clock?.escalateAt, 'notice gate-escalation legal'],
        ] as const) {
          const before = Date.parse(moment ?? '') - (await driver.now()) - 60_000;
          await environment.sleep(before);
          expect(limits.join()).not.toContain(told);
          await environment.sleep(120_000);
          await expect.poll(() => limits).toContainEqual(`${told}: due ${clock?.dueAt} (calendar version 1)`);
        }
        expect((await driver.status()).gates[0]).toMatchObject({
          ...{ overdue: true, dueAt: clock?.dueAt, calendarVersion: 1 },
        });
        expect(limits).toHaveLength(3);
        await driver.sign('legal');
        await driver.until('preparing');
      },
      { changes: legalOnly, overrides: { gateClocks, notify } },
    );
  });

  test('says nothing more once the gate has been decided', async () => {
    await inReview(async (driver) => {
      await driver.sign('political');
      await environment.sleep('30 days');
      await driver.called('notice gate-escalation wording');
      expect(notices(driver).filter((call) => call.endsWith('political'))).toEqual([]);
    });
  });

  test('counts hours in an emergency, and no gate is skipped', async () => {
    await inReview(
      async (driver) => {
        const { emergency } = await driver.handle.executeUpdate(messages.declareEmergency, {
          args: [{ reason: '台风', actorId: 'leader' }],
        });
        expect(emergency?.declaredBy).toBe('leader');
        const again = driver.handle.executeUpdate(messages.declareEmergency, { args: [{ reason: 'x', actorId: 'a' }] });
        await expect(again).rejects.toSatisfy(refused('WrongPhase'));
        await expect
          .poll(async () => Date.parse((await driver.status()).gates[0]?.dueAt ?? '') - Date.parse(emergency?.at ?? ''))
          .toBe(24 * 3_600_000);
        await environment.sleep('26 hours');
        await driver.called('notice gate-escalation legal');
        expect(notices(driver)).toEqual([
          'notice gate-reminder legal',
          'notice gate-overdue legal',
          'notice gate-escalation legal',
        ]);
        expect(await driver.status()).toMatchObject({ state: 'in-review', gates: [{ calendarVersion: null }] });
        await driver.sign('legal');
        await driver.until('preparing');
      },
      { changes: legalOnly },
    );
  });
});

describe('findings', () => {
  const warned = 'WRD-TITLE.00000001';
  const stands = 'LAW-BASIS.00000002';
  const mark = 'SEC-MARK.00000003';
  const changes = {
    obligations: {
      warnings: [{ gate: 'wording', finding: warned }],
      errors: [
        { gate: 'legal', finding: stands, overridable: true },
        { gate: 'secrecy', finding: mark, overridable: false },
      ],
    },
  };
  const overriding = (actorId: string, finding = stands) => ({
    args: [{ finding, seal: submission().seal, reason: '有省级依据', actorId }] as [messages.Overriding],
  });

  test('of severity warning need a written answer each', async () => {
    await inReview(
      async (driver) => {
        expect((await driver.status()).gates.find(({ gate }) => gate === 'wording')?.mustAnswer).toEqual([warned]);
        await expect(driver.sign('wording')).rejects.toSatisfy(refused('FindingsUnanswered'));
        const other = [{ finding: stands, answer: '答非所问' }];
        await expect(driver.sign('wording', { answers: other })).rejects.toSatisfy(refused('FindingsUnanswered'));
        await driver.sign('wording', { answers: [{ finding: warned, answer: '标题是固定用语' }] });
      },
      { changes },
    );
  });

  test('of severity error pass by two people, never by one, a drafter, or where their rule forbids it', async () => {
    await inReview(
      async (driver) => {
        const ask = (person: string, finding?: string) =>
          driver.handle.executeUpdate(messages.requestOverride, overriding(person, finding));
        const confirm = (person: string, finding?: string) =>
          driver.handle.executeUpdate(messages.confirmOverride, overriding(person, finding));
        await expect(driver.sign('legal')).rejects.toSatisfy(refused('FindingsBlock'));
        await expect(confirm('second')).rejects.toSatisfy(refused('WrongPhase'));
        await expect(ask('drafter')).rejects.toSatisfy(refused('NotAllowed'));
        await expect(ask('first', mark)).rejects.toSatisfy(refused('NotAllowed'));
        await expect(ask('first', 'LAW-BASIS.99999999')).rejects.toSatisfy(refused('NotAllowed'));
        await ask('first');
        await expect(confirm('first')).rejects.toSatisfy(refused('NotAllowed'));
        await expect(confirm('drafter')).rejects.toSatisfy(refused('NotAllowed'));
        await expect(driver.sign('legal')).rejects.toSatisfy(refused('FindingsBlock'));
        await confirm('second');
        await driver.sign('legal');
        await expect(driver.sign('secrecy')).rejects.toSatisfy(refused('FindingsBlock'));
      },
      { changes },
    );
  });
});

describe('a new revision', () => {
  const carried = (gate: string): CarriedDecision => ({
    ...{ gate, reviewerId: `reviewer-${gate}`, actingFor: null, reason: '同意', fromRevision: 1 },
    decidedAt: '2026-11-24T01:00:00.000Z',
  });
  const second = { revision: 2, seal: digest('revision 2') };

  test('keeps a gate signed where the rows say so; the others open, and sign the new seal', async () => {
    await inReview(
      async (driver) => {
        await driver.sign('political');
        await driver.sign('wording');
        await driver.submit(second);
        await expect
          .poll(async () =>
            (await driver.status()).gates.map(({ gate, state, carriedFrom }) => [gate, state, carriedFrom]),
          )
          .toEqual([
            ['political', 'signed', 1],
            ['legal', 'open', null],
            ['secrecy', 'open', null],
            ['wording', 'open', null],
          ]);
        await expect(driver.sign('political', { reviewerId: 'x' })).rejects.toSatisfy(refused('GateNotOpen'));
        await expect(driver.sign('legal', { reviewerId: 'reviewer-political' })).rejects.toSatisfy(
          refused('NotAllowed'),
        );
        for (const gate of ['legal', 'secrecy', 'wording']) await driver.sign(gate);
        await driver.until('preparing');
      },
      { overrides: { carryDecisions: async () => [carried('political')] } },
    );
  });

  test('whose every gate was carried is cleared without anybody having to act', async () => {
    await inReview(
      async (driver) => {
        await signAll(driver);
        await driver.until('preparing');
        await driver.submit(second);
        await driver.called('→ preparing', 2);
        expect((await driver.status()).revision).toBe(2);
      },
      { overrides: { carryDecisions: async () => fourGates.map(({ id }) => carried(id)) } },
    );
  });

  test('shuts out whoever drafted it or an earlier one, and has clocks of its own', async () => {
    const asked: string[] = [];
    const gateClocks = async (_: unknown, at: string) => {
      asked.push(at);
      return [];
    };
    await inReview(
      async (driver) => {
        await environment.sleep('2 days');
        await driver.submit({ ...second, drafterId: 'colleague', editors: ['drafter', 'colleague'] });
        for (const reviewerId of ['drafter', 'colleague'])
          await expect(driver.sign('legal', { reviewerId })).rejects.toSatisfy(refused('NotAllowed'));
        await expect.poll(() => asked.length).toBe(2);
        expect(Date.parse(asked[1] ?? '') - Date.parse(asked[0] ?? '')).toBeGreaterThanOrEqual(2 * 86_400_000);
      },
      { overrides: { gateClocks } },
    );
  });
});

test('a delegation counts for both people, and is no way round a drafter', async () => {
  await inReview(async (driver) => {
    const by = (reviewerId: string, actingFor: string) => ({ reviewerId, actingFor });
    await expect(driver.sign('legal', by('deputy', 'drafter'))).rejects.toSatisfy(refused('NotAllowed'));
    await expect(driver.sign('legal', by('deputy', 'deputy'))).rejects.toSatisfy(refused('NotAllowed'));
    const { gates } = await driver.sign('legal', by('deputy', 'chief'));
    expect(gates.find(({ gate }) => gate === 'legal')).toMatchObject({ reviewerId: 'deputy', actingFor: 'chief' });
    for (const reviewerId of ['deputy', 'chief'])
      await expect(driver.sign('wording', { reviewerId })).rejects.toSatisfy(refused('NotAllowed'));
    await expect(driver.sign('wording', by('somebody', 'chief'))).rejects.toSatisfy(refused('NotAllowed'));
  });
});
