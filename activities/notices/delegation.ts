import type { Person } from '../../schemas/configuration.ts';
import { permanent } from '../../schemas/failures.ts';
import type { Delegation } from '../../schemas/review.ts';
import type { NewDelegation } from '../ports/delegation-store.ts';

const refused = (zh: string, en: string) => permanent('NotAllowed', { zh, en });

/**
 * Whether a delegation may be recorded. It comes from a reviewer of the gate and nobody else, so that it cannot be handed on;
 * a delegate who has given this gate away himself would close a ring. Whether he is free to sign (no drafter, no other
 * gate) shows at each bundle.
 */
export function assertMayDelegate(
  { gate, from, to, startsAt, endsAt, recordedBy }: NewDelegation,
  { people, known, now }: { people: readonly Person[]; known: readonly Delegation[]; now: string },
): void {
  const find = (id: string) => people.find((person) => person.id === id);
  const [reviewer, delegate, recorder] = [find(from), find(to), find(recordedBy)];
  if (!reviewer?.gates.includes(gate)) {
    throw refused(
      `${from} 不是“${gate}”这一关的审核人，受托人也不能转委托`,
      `${from} does not review ${gate}; what was delegated cannot be handed on`,
    );
  }
  if (recordedBy !== from && !recorder?.roles.includes('leader')) {
    throw refused('只有审核人本人或者签发人可以办理委托', 'Only the reviewer, or a leader, may delegate');
  }
  if (!delegate) throw refused(`没有人员“${to}”`, `There is nobody called ${to}`);
  if (to === from || to === recordedBy) throw refused('不能委托给本人', 'Nobody delegates to himself');
  if (delegate.roles.includes('auditor')) throw refused('不能委托给督查人员', 'An auditor cannot sign for somebody');
  if (Date.parse(endsAt) <= Date.parse(startsAt) || Date.parse(endsAt) <= Date.parse(now)) {
    throw permanent('NotAllowed', {
      zh: '委托期限要在将来结束，且晚于开始',
      en: 'A delegation ends in the future, after its start',
    });
  }
  const overlapping = known.find(
    (other) =>
      (other.state === 'valid' || other.state === 'upcoming') &&
      other.gate === gate &&
      other.from === to &&
      Date.parse(other.startsAt) < Date.parse(endsAt) &&
      Date.parse(startsAt) < Date.parse(other.endsAt),
  );
  if (overlapping) {
    throw refused(
      `${to} 同期已把这一关委托给 ${overlapping.to}`,
      `${to} has delegated this gate to ${overlapping.to} for that time`,
    );
  }
}
