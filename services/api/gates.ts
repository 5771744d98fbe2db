import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { DelegationStore } from '../../activities/ports/delegation-store.ts';
import { ReturnBody, SignBody } from '../../schemas/api.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Person } from '../../schemas/configuration.ts';
import { GateId } from '../../schemas/finding.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { BoardStatus, ReleaseStatus } from '../../schemas/release.ts';
import { assertStandsApart } from '../../workflows/policy-release/rules.ts';
import { Refusal } from './refusal.ts';
import type { Releases } from './releases.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';
import type { Tell } from './telling.ts';

type Deps = {
  releases: Releases;
  store: CoreStore;
  delegations: DelegationStore;
  people: readonly Person[];
  personOf: PersonOf;
  tell: Tell;
};

type Signature = Extract<GateDecision, { decision: 'signed' }>;

/** 审签: a decision at a gate, by its reviewer or by whoever he delegated it to. */
export function serveGates(api: FastifyInstance, { releases, store, delegations, people, personOf, tell }: Deps): void {
  /** Resolved at the moment of the decision: a delegation that has ended or was revoked counts for nothing. */
  async function deciderOf(request: FastifyRequest): Promise<{ gate: GateId; reviewerId: string; actingFor?: string }> {
    const person = personOf(request);
    const { gate } = z.object({ gate: GateId }).parse(request.params);
    if (reviews(person, gate)) return { gate, reviewerId: person.id };
    const held = await delegations.heldBy(person.id, gate);
    const actingFor = held.find((from) => people.some(({ id, ...other }) => id === from && reviews(other, gate)));
    if (actingFor) return { gate, reviewerId: person.id, actingFor };
    throw new Refusal('NotAllowed', {
      zh: `${person.name} 不是“${gate}”这一关的审核人，也没有受其委托`,
      en: `${person.id} does not review the gate ${gate}, and holds no delegation of it now`,
    });
  }

  async function decide(bundleId: BundleId, decision: GateDecision): Promise<ReleaseStatus> {
    const known = await store.underReview({ bundleId, seal: decision.seal });
    // A seal that was never given is refused as such by the workflow.
    if (known) assertStandsApart(decision, known.editors, known.gates);
    return tell(await asked(bundleId, decision), { known });
  }

  async function asked(bundleId: BundleId, decision: GateDecision): Promise<BoardStatus> {
    try {
      return await releases.decide(bundleId, decision);
    } catch (error) {
      const unanswered = error instanceof Refusal && error.answer.error.type === 'FindingsUnanswered';
      throw unanswered ? await withFindings(error, bundleId, decision) : error;
    }
  }

  /** The same refusal with the findings themselves: the reviewer sees what there is to answer. */
  async function withFindings(refusal: Refusal, bundleId: BundleId, decision: GateDecision): Promise<Refusal> {
    const status = await releases.status(bundleId);
    const answered = new Set(decision.decision === 'signed' ? decision.answers?.map(({ finding }) => finding) : []);
    const open = (status.gates.find(({ gate }) => gate === decision.gate)?.mustAnswer ?? []).filter(
      (key) => !answered.has(key),
    );
    const findings = (await store.revision(status))?.findings ?? [];
    return new Refusal('FindingsUnanswered', refusal.answer.error.message, {
      where: open.join(', '),
      findings: findings.filter((finding) => open.includes(findingKey(finding))),
      mend: {
        zh: '用 lockstep gate findings 查看，再以 --answer KEY=答复（或 CODE=答复，或 --answers 文件）一并审签',
        en: 'Look at lockstep gate findings, then sign with --answer KEY=TEXT (or CODE=TEXT, or --answers FILE)',
      },
    });
  }

  /** An answer to something that is no finding of this gate would be lost: a slip of the pen. */
  async function assertKnown(bundleId: BundleId, { gate, seal, answers = [] }: Signature): Promise<void> {
    if (answers.length === 0) return;
    const findings = await store.findings({ bundleId, seal });
    if (!findings) return; // a seal that was never given is refused as such
    const known = new Set(findings.filter((finding) => finding.gate === gate).map(findingKey));
    const stray = answers.map(({ finding }) => finding).filter((key) => !known.has(key));
    if (stray.length === 0) return;
    throw new Refusal(
      'BadRequest',
      { zh: `这一关没有检查意见 ${stray.join('、')}`, en: `This gate has no findings ${stray.join(', ')}` },
      {
        where: 'answers',
        mend: { zh: '用 lockstep gate findings 查看编号', en: 'lockstep gate findings shows the keys' },
      },
    );
  }

  api.post('/v1/bundles/:bundleId/gates/:gate/sign', async (request) => {
    const bundleId = bundleOf(request);
    const decision = { decision: 'signed' as const, ...(await deciderOf(request)), ...SignBody.parse(request.body) };
    await assertKnown(bundleId, decision);
    return decide(bundleId, decision);
  });
  api.post('/v1/bundles/:bundleId/gates/:gate/return', async (request) => {
    const decision = {
      decision: 'returned' as const,
      ...(await deciderOf(request)),
      ...ReturnBody.parse(request.body),
    };
    return decide(bundleOf(request), decision);
  });
}

export const reviews = ({ roles, gates }: Pick<Person, 'roles' | 'gates'>, gate: GateId): boolean =>
  roles.includes('reviewer') && gates.includes(gate);
