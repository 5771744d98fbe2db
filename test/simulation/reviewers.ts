import type { BoardStatus } from '../../schemas/release.ts';
import * as messages from '../../workflows/policy-release/messages.ts';
import type { Office, OfficeBundle } from './office.ts';

/** Those who sign, return, answer findings, let one pass by two, and stand in for one another. */
export function createReviewers({ random, act, intervention }: Office) {
  function decide(bundle: OfficeBundle, status: BoardStatus): Promise<unknown> {
    if (random.chance(0.02)) return act(bundle, messages.declareEmergency, intervention('汛情'));
    const open = status.gates.filter(({ state }) => state === 'open');
    const picked = random.pick(open.length > 0 && !random.chance(0.05) ? open : status.gates);
    const { gate, blockedBy, mustAnswer } = picked;
    if (blockedBy[0] && random.chance(0.8)) return letPass(bundle, status, blockedBy[0]);

    const wrong = ['drafter', 'second-drafter', 'legal-reviewer'];
    const own = `${gate}-reviewer`;
    const reviewerId = random.chance(0.94) ? own : random.pick(wrong);
    const acting = random.chance(0.15)
      ? { reviewerId: `${gate}-deputy`, actingFor: random.chance(0.85) ? own : random.pick(wrong) }
      : { reviewerId };
    const stale = random.chance(0.03) ? bundle.drafts.at(-2) : undefined;
    const common = { gate, seal: stale?.seal ?? status.seal, ...acting };
    const told = { bundleId: bundle.bundleId, revision: status.revision, gate, reviewerId: acting.reviewerId };
    if (random.chance(blockedBy.length > 0 ? 0.5 : 0.04)) {
      const returned = { ...common, decision: 'returned' as const, reason: '表述需要修改' };
      return act(bundle, messages.returnGate, returned, { ...told, decision: 'returned' });
    }
    const answers = random.chance(0.9) ? mustAnswer.map((finding) => ({ finding, answer: '已核对' })) : [];
    const signed = { ...common, decision: 'signed' as const, answers };
    return act(bundle, messages.signGate, signed, { ...told, decision: 'signed' });
  }

  /** 例外放行: one asks, another confirms. Now and then it is the same person, or one who may not. */
  function letPass(bundle: OfficeBundle, { seal }: BoardStatus, finding: string): Promise<unknown> {
    const person = random.pick(['chief', 'chief', 'legal-reviewer', 'secretary', 'drafter']);
    const step = random.chance(0.5) ? messages.requestOverride : messages.confirmOverride;
    return act(bundle, step, { finding, seal, reason: '文件已公布', actorId: person });
  }

  return { decide };
}
