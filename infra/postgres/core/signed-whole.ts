import { permanent } from '../../../schemas/failures.ts';
import type { ArmedRow } from './armed-rows.ts';

/**
 * What has to be true of a revision before it may be public, from the rows alone: document with plan and materials
 * (a 公告 interprets nothing), every gate signed on this very seal, no error finding that two people did not let pass, and
 * every warning answered (I1, I5, I23).
 */
export function assertSignedWhole({
  revision_row: row,
  signed,
  overridden,
}: Pick<ArmedRow, 'revision_row' | 'signed' | 'overridden'>): void {
  if (!row) throw permanent('SealStale', { zh: '没有这个封签的版本', en: 'There is no revision with this seal' });
  const { roles, policyKind, acts } = row;
  const whole = roles.includes('interpretation-plan') && roles.includes('interpretation-material');
  const isNotice = policyKind === 'release-notice' && !acts.some((act) => act === 'amend' || act === 'supersede');
  if (!whole && !isNotice) {
    throw permanent('BundleIncomplete', { zh: '缺少解读方案或解读材料', en: 'Plan or materials are missing' });
  }

  const passed = new Set(signed.map(({ gate }) => gate));
  const open = Object.entries(row.gates).flatMap(([gate, name]) => (passed.has(gate) ? [] : [name]));
  if (open.length > 0) {
    throw permanent('GatesNotPassed', {
      zh: `尚未通过：${open.map(({ zh }) => zh).join('、')}`,
      en: `Not signed: ${open.map(({ en }) => en).join(', ')}`,
    });
  }

  const answered = new Set(signed.flatMap(({ gate, answers }) => answers.map(({ finding }) => `${gate} ${finding}`)));
  const unanswered = row.obligations.warnings.filter(({ gate, finding }) => !answered.has(`${gate} ${finding}`));
  if (unanswered.length > 0) {
    const keys = unanswered.map(({ finding }) => finding);
    throw permanent('FindingsUnanswered', {
      zh: `检查意见没有书面答复：${keys.join('、')}`,
      en: `Warnings without an answer: ${keys.join(', ')}`,
    });
  }
  const mayPass = new Set(overridden);
  const standing = row.obligations.errors.filter(({ finding, overridable }) => !overridable || !mayPass.has(finding));
  if (standing.length === 0) return;
  const keys = standing.map(({ finding }) => finding);
  throw permanent('FindingsBlock', {
    zh: `“错误”级检查意见没有解决：${keys.join('、')}`,
    en: `Error findings stand: ${keys.join(', ')}`,
  });
}
