import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { DETAILED_RULES_80, INTAKE_RULES } from './sources.ts';

const ACT_ABSENT: CodeEntry = {
  code: 'INT-ACT-ABSENT',
  gate: 'intake',
  severity: 'error',
  title: { zh: '发布公告没有写明针对哪份已发布的文件', en: 'A release notice that acts on no released bundle' },
  source: INTAKE_RULES,
  good: '清单的 acts 写明 act、bundleId、on 和 reason',
  bad: 'policyKind 为 release-notice，acts 为空',
};
const ACT_TWICE: CodeEntry = {
  code: 'INT-ACT-TWICE',
  gate: 'intake',
  severity: 'error',
  title: { zh: '对同一份文件写了几种处理', en: 'Several acts on one bundle' },
  source: INTAKE_RULES,
  good: '对同一个 bundleId 只有一项处理',
  bad: '对同一个 bundleId 既“修改”又“废止”',
};
const ACT_ON_ITSELF: CodeEntry = {
  code: 'INT-ACT-SELF',
  gate: 'intake',
  severity: 'error',
  title: { zh: '政策包处理的是它自己', en: 'A bundle that acts on itself' },
  source: INTAKE_RULES,
  good: 'acts 中的 bundleId 是已发布的另一个政策包',
  bad: 'acts 中的 bundleId 与本政策包相同',
};

const ACT_UNEXPLAINED: CodeEntry = {
  code: 'INT-ACT-UNEXPLAINED',
  gate: 'intake',
  severity: 'error',
  title: {
    zh: '发布公告修改或者替代了政策，却没有解读',
    en: 'A notice that changes the policy and interprets nothing',
  },
  source: DETAILED_RULES_80,
  good: '修改、替代用新的政策文件，与解读方案、解读材料同步',
  bad: '用发布公告（release-notice）修改或者替代政策',
};

/** 更正、修改、替代、废止、撤回: which released bundles this one acts on has to be plain. */
export const acts: Rule = {
  codes: [ACT_ABSENT, ACT_TWICE, ACT_ON_ITSELF, ACT_UNEXPLAINED],
  check({ manifest }) {
    if (!manifest) return [];
    const place = { where: 'manifest', quote: 'acts' };
    const given = manifest.acts ?? [];
    const findings = [];
    if (manifest.policyKind === 'release-notice' && given.length === 0) {
      findings.push(
        finding(
          ACT_ABSENT,
          'manifest',
          place,
          {
            zh: '发布公告只用来更正、修改、替代、废止或者撤回已发布的政策包，但没有写明是哪一个。',
            en: 'A release notice corrects, amends, supersedes, abolishes or withdraws a released bundle; this one names none.',
          },
          {
            zh: '请在 manifest.json 的 acts 中写明；其他文件请改用相应的 policyKind，并附解读方案和解读材料。',
            en: 'Name it in acts of manifest.json; for any other document use its own policyKind, with plan and materials.',
          },
        ),
      );
    }
    // Otherwise a policy could go out without its interpretation by calling itself a notice.
    for (const { act } of manifest.policyKind === 'release-notice' ? given : []) {
      if (act !== 'amend' && act !== 'supersede') continue;
      findings.push(
        finding(
          ACT_UNEXPLAINED,
          'manifest',
          { ...place, quote: act },
          {
            zh: '修改或者替代一项政策，须与解读方案、解读材料同步，不能用发布公告。',
            en: 'A policy is amended or superseded together with plan and materials, not by a notice.',
          },
          {
            zh: '请改用政策文件自己的 policyKind，并附解读方案和解读材料。',
            en: 'Use the policyKind of the document itself, with plan and materials.',
          },
        ),
      );
    }
    for (const [at, { bundleId }] of given.entries()) {
      if (bundleId === manifest.bundleId) {
        findings.push(
          finding(
            ACT_ON_ITSELF,
            'manifest',
            { ...place, quote: bundleId },
            {
              zh: `acts 第 ${at + 1} 项针对的是本政策包自己。`,
              en: `Act ${at + 1} is on this very bundle.`,
            },
          ),
        );
      } else if (given.findIndex((other) => other.bundleId === bundleId) !== at) {
        findings.push(
          finding(
            ACT_TWICE,
            'manifest',
            { ...place, quote: bundleId },
            {
              zh: `acts 对政策包 ${bundleId} 写了不止一种处理。`,
              en: `There is more than one act on bundle ${bundleId}.`,
            },
          ),
        );
      }
    }
    return findings;
  },
};
