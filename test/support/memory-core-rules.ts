import type { ArmedPlan, Sealed } from '../../activities/releases/types.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { type PermanentFailure, permanent } from '../../schemas/failures.ts';
import type { GateDecision } from '../../schemas/gate.ts';
import type { CoreRows } from './memory-core-store.ts';
import { key, rowsOf } from './memory-database.ts';

export const refuse = (type: PermanentFailure, zh: string, en: string) => permanent(type, { zh, en });

/** The constraints of the `decision` table and its trigger. */
export function assertMayBeDecided(tx: CoreRows, bundleId: BundleId, revision: number, decision: GateDecision): void {
  const made = rowsOf(tx.decision, bundleId).filter((row) => row.revision === revision);
  if (made.some((row) => row.decision.gate === decision.gate))
    throw refuse('GateNotOpen', '这一关已有决定', 'This gate has been decided already');
  if (decision.seal !== tx.revision.get(key(bundleId, revision))?.seal)
    throw refuse('SealStale', '封签不是这一版的', 'The seal is not that of this revision');
  const people = peopleOf(decision);
  const drafted = rowsOf(tx.revision, bundleId).filter((row) => row.revision <= revision);
  if (drafted.some(({ drafterId }) => people.includes(drafterId)))
    throw refuse('NotAllowed', '起草人不能审签自己的稿件', 'Whoever drafted the bundle may not review it');
  if (made.some((row) => peopleOf(row.decision).some((person) => people.includes(person))))
    throw refuse('NotAllowed', '一人至多审签一关', 'One person decides at most one gate');
}

const peopleOf = ({ reviewerId, actingFor }: GateDecision) => [reviewerId, ...(actingFor ? [actingFor] : [])];

/** 同批发布: every member is armed, for the same instant. */
export function assertGroupWhole(tx: CoreRows, own: ArmedPlan, plans: (Sealed & ArmedPlan)[]): void {
  for (const member of own.groupId ? (tx.group.get(own.groupId) ?? []) : []) {
    const plan = plans.find(({ bundleId }) => bundleId === member);
    if (!plan) throw refuse('WrongPhase', `${member} 没有待发布`, `${member} is not armed`);
    if (Date.parse(plan.t0) !== Date.parse(own.t0))
      throw refuse('WrongPhase', `${member} 的发布时刻不同`, `${member} has another instant`);
  }
}

/** What has to be true of an armed revision before it may be public, from the rows alone. */
export function assertSignedWhole(tx: CoreRows, { bundleId, revision, seal }: Sealed): void {
  const accepted = Math.max(0, ...rowsOf(tx.transition, bundleId).map((row) => row.revision)) || revision;
  if (accepted !== revision) throw refuse('SealStale', '签发之后又有新版本', 'It has a newer revision');
  const row = tx.revision.get(key(bundleId, revision));
  if (row?.seal !== seal) throw refuse('SealStale', '没有这个封签的版本', 'There is no revision with this seal');
  const { manifest } = row.content;
  const roles = manifest.items.map((item) => item.role);
  const whole = roles.includes('interpretation-plan') && roles.includes('interpretation-material');
  const replaces = manifest.acts?.some(({ act }) => act === 'amend' || act === 'supersede');
  if (!whole && (manifest.policyKind !== 'release-notice' || replaces))
    throw refuse('BundleIncomplete', '缺少解读方案或解读材料', 'Plan or materials are missing');
  const signed = rowsOf(tx.decision, bundleId)
    .filter((made) => made.revision === revision)
    .flatMap(({ decision }) => (decision.decision === 'signed' && decision.seal === seal ? [decision] : []));
  const open = row.gates.filter(({ id }) => !signed.some(({ gate }) => gate === id));
  if (open.length > 0)
    throw refuse(
      'GatesNotPassed',
      `尚未通过：${open.map(({ name }) => name.zh).join('、')}`,
      `Not signed: ${open.map(({ name }) => name.en).join(', ')}`,
    );
  const answered = signed.flatMap(({ answers = [] }) => answers.map(({ finding }) => finding));
  if (row.obligations.warnings.some(({ finding }) => !answered.includes(finding)))
    throw refuse('FindingsUnanswered', '检查意见没有书面答复', 'Warnings without an answer');
  const passed = ({ finding, overridable }: { finding: string; overridable: boolean }) =>
    overridable && tx.override.has(key(bundleId, revision, finding, 'confirmed'));
  if (!row.obligations.errors.every(passed))
    throw refuse('FindingsBlock', '“错误”级检查意见没有解决', 'Error findings stand');
}
