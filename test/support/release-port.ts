import { expect } from 'vitest';
import type { ArmedPlan, CarriedDecision, Sealed } from '../../activities/releases/types.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import { gates, type Reference, type Revision } from './release-reference.ts';
import { sealOf } from './release-revision.ts';
import type { Step } from './release-steps.ts';
import { pause } from './workflow-runtime.ts';

type Row = { revision: number; seal: string; decision: GateDecision; input: string };

/** The rows of decisions and plan, as the database keeps them. */
export function createCorePort(now: () => Reference) {
  const rows: Row[] = [];
  const inputs = new Map<number, Revision>();
  let plan: (ArmedPlan & { seal: string }) | null = null;
  let planTakesMs = 0;
  const peopleOf = ({ reviewerId, actingFor }: GateDecision) => [reviewerId, actingFor];

  return {
    plan: () => plan,
    /** How long a row of a plan takes that is begun from here on. */
    delayPlans: (ms: number) => {
      planTakesMs = ms;
    },
    /** How often a gate has signed a seal. */
    signatures: (gate: string, seal: string) =>
      rows.filter((row) => row.decision.gate === gate && row.seal === seal && row.decision.decision === 'signed')
        .length,

    /** A revision with what it leaves as it was. */
    revise(number: number, { drafter, missing, policy, blocked, warned, keeps }: Extract<Step, { type: 'submit' }>) {
      const before = now().revision;
      const revision: Revision = {
        number,
        seal: sealOf(number),
        drafter,
        policy,
        hasPlan: missing !== 'plan',
        hasMaterials: missing !== 'materials',
        warned: warned ? ['wording'] : [],
        blocked: blocked === '' ? {} : { [blocked === 'never' ? 'secrecy' : 'legal']: blocked },
        inputs: Object.fromEntries(
          gates.map((gate) => [gate, (keeps.includes(gate) && before?.inputs[gate]) || `${gate} ${number}`]),
        ),
      };
      if (number > (before?.number ?? 0)) inputs.set(number, revision);
      return revision;
    },

    port: {
      async recordDecision({ revision, seal }: Sealed, decision: GateDecision) {
        rows.push({ revision, seal, decision, input: inputs.get(revision)?.inputs[decision.gate] ?? '' });
        return { decidedAt: new Date().toISOString() };
      },
      async carryDecisions({ revision, seal }: Sealed, fromRevision: number): Promise<CarriedDecision[]> {
        const kept = rows.filter(
          ({ decision, input, ...row }) =>
            row.revision === fromRevision &&
            decision.decision === 'signed' &&
            input === inputs.get(revision)?.inputs[decision.gate] &&
            !(decision.gate in (inputs.get(revision)?.blocked ?? {})) &&
            !peopleOf(decision).some((person) => person && now().editors.includes(person)),
        );
        rows.push(...kept.map((row) => ({ ...row, revision, seal })));
        return kept.map(({ decision: { gate, reviewerId, actingFor = null } }) => ({
          ...{ gate, reviewerId, actingFor, fromRevision },
          ...{ reason: null, decidedAt: new Date().toISOString() },
        }));
      },
      async recordOverride(_: Sealed, { finding, personId }: { finding: string; personId: string }) {
        expect([finding, personId].every((word) => word.length > 0)).toBe(true);
      },
      recordEmergency: async () => ({ at: new Date().toISOString() }),
      async savePlan({ seal }: Sealed, next: ArmedPlan | null) {
        if (planTakesMs > 0) await pause(planTakesMs);
        plan = next && { ...next, seal };
        return { committedAt: null };
      },
    },
  };
}
