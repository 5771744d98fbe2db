import { Context } from '@temporalio/activity';
import { expect } from 'vitest';
import { permanent } from '../../schemas/failures.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import { prepared, signAll } from '../support/policy-release-driver.ts';
import { submission } from '../support/release-fixture.ts';
import { asLeader, type Path, second, withdraw } from './path.ts';

const warned = 'WRD-TITLE.00000001';
const stands = 'LAW-BASIS.00000002';
const problem = { zh: '工作日历缺少2027年', en: 'The calendar has no year 2027' };
let [isYearMissing, isKafkaAway] = [true, true];

/** From the submission to what every channel has ready. */
export const pathsOfReview: Record<string, Path> = {
  'returned-and-resubmitted': {
    async goes(driver) {
      await driver.sign('legal');
      const decision = { gate: 'wording', seal: submission().seal, reviewerId: 'reviewer-wording', reason: '附件缺失' };
      await driver.handle.executeUpdate(messages.returnGate, { args: [{ decision: 'returned', ...decision }] });
      await driver.until('returned');
      await driver.submit(second);
    },
  },
  'carried-and-signed': {
    bundle: {
      overrides: {
        carryDecisions: async () => [
          {
            ...{ gate: 'political', reviewerId: 'reviewer-political', actingFor: null, reason: null },
            ...{ decidedAt: '2026-11-24T01:00:00.000Z', fromRevision: 1 },
          },
        ],
      },
    },
    async goes(driver) {
      await driver.sign('political');
      await driver.submit(second);
      await expect.poll(async () => (await driver.status()).gates[0]?.carriedFrom).toBe(1);
      for (const gate of ['legal', 'secrecy', 'wording']) await driver.sign(gate);
      await driver.until('preparing');
    },
  },
  'answered-and-overridden': {
    bundle: {
      changes: {
        obligations: {
          warnings: [{ gate: 'wording', finding: warned }],
          errors: [{ gate: 'legal', finding: stands, overridable: true }],
        },
      },
    },
    async goes(driver) {
      const overriding = (actorId: string): messages.Overriding => ({
        ...{ finding: stands, seal: submission().seal, reason: '有省级依据', actorId },
      });
      await driver.handle.executeUpdate(messages.requestOverride, { args: [overriding('first')] });
      await driver.handle.executeUpdate(messages.confirmOverride, { args: [overriding('second')] });
      await driver.sign('legal', { actingFor: 'chief' });
      await driver.sign('wording', { answers: [{ finding: warned, answer: '固定用语' }] });
      for (const gate of ['political', 'secrecy']) await driver.sign(gate);
      await driver.until('preparing');
    },
  },
  emergency: {
    async goes(driver) {
      await driver.handle.executeUpdate(messages.declareEmergency, asLeader('台风'));
      await driver.sleep('26 hours');
      await driver.called('notice gate-escalation wording');
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'overdue-gate': {
    async goes(driver) {
      await driver.sleep('20 days');
      await driver.called('notice gate-escalation legal');
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'row-written-late': {
    bundle: {
      overrides: {
        async recordDecision(_sealed, { gate }) {
          if (gate === 'legal' && Context.current().info.attempt < 3) throw new Error('The database is away');
          return { decidedAt: new Date().toISOString() };
        },
      },
    },
    async goes(driver) {
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'cannot-render': {
    bundle: {
      overrides: {
        stageRelease: async () => {
          throw permanent('StagingDamaged', { zh: '图解无法绘制', en: 'The picture cannot be drawn' });
        },
      },
    },
    async goes(driver) {
      await signAll(driver);
      await driver.until('returned');
    },
  },
  'year-missing': {
    bundle: {
      overrides: {
        gateClocks: async (gates, submittedAt) =>
          gates.map(({ id }) => {
            if (isYearMissing)
              return { gate: id, calendarVersion: 3, problem, remindAt: null, dueAt: null, escalateAt: null };
            const dueAt = new Date(Date.parse(submittedAt) + 72 * 3_600_000).toISOString();
            return { gate: id, calendarVersion: 4, problem: null, remindAt: null, dueAt, escalateAt: null };
          }),
      },
    },
    async goes(driver) {
      await expect.poll(async () => (await driver.status()).gates[0]?.clockProblem).toEqual(problem);
      await driver.sleep('25 hours');
      isYearMissing = false;
      await driver.sleep('3 days');
      await driver.called('notice gate-overdue legal');
      await signAll(driver);
      await driver.until('preparing');
    },
  },
  'kafka-away': {
    bundle: {
      overrides: {
        async announceTransitions() {
          if (isKafkaAway) throw new Error('Kafka is away');
        },
      },
    },
    async goes(driver) {
      await signAll(driver);
      await driver.called('prepare');
      isKafkaAway = false;
      await driver.sleep('1 minute');
      await driver.sign('legal').catch(() => undefined); // refused: a task that has heard of it by then
    },
  },
  'withdrawn-in-review': {
    async goes(driver) {
      await driver.sign('legal');
      await withdraw(driver);
      await driver.handle.result();
    },
  },
  'replaced-while-preparing': {
    async goes(driver) {
      await signAll(driver);
      await driver.called('prepare');
      await driver.say('website', 'ready');
      await driver.submit(second);
      await driver.called('rolled-back');
      await signAll(driver);
      await driver.called('prepare', 2);
    },
  },
  'replaced-when-prepared': {
    async goes(driver) {
      await prepared(driver);
      await driver.submit(second);
      await driver.called('rolled-back');
      driver.calls.splice(0);
      await prepared(driver);
    },
  },
  cancelled: {
    async goes(driver) {
      await prepared(driver);
      await driver.handle.cancel();
      await driver.handle.result().catch(() => undefined);
    },
  },
};
