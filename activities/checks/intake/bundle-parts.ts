import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { DETAILED_RULES_80 } from './sources.ts';

const PLAN_ABSENT: CodeEntry = {
  code: 'INT-PLAN-ABSENT',
  gate: 'intake',
  severity: 'error',
  title: { zh: '政策包中没有解读方案', en: 'No interpretation plan in the bundle' },
  source: DETAILED_RULES_80,
  good: '清单中有一件 role 为 interpretation-plan 的材料',
  bad: '只有政策文件和解读材料',
};
const MATERIAL_ABSENT: CodeEntry = {
  code: 'INT-MATERIAL-ABSENT',
  gate: 'intake',
  severity: 'error',
  title: { zh: '政策包中没有解读材料', en: 'No interpretation material in the bundle' },
  source: DETAILED_RULES_80,
  good: '清单中至少有一件 role 为 interpretation-material 的材料',
  bad: '只有政策文件和解读方案',
};
const DOCUMENT_ABSENT: CodeEntry = {
  code: 'INT-DOCUMENT-ABSENT',
  gate: 'intake',
  severity: 'error',
  title: { zh: '政策包中没有政策文件，或者不止一件', en: 'No policy document in the bundle, or more than one' },
  source: DETAILED_RULES_80,
  good: '清单中有且只有一件 role 为 policy-document 的材料',
  bad: '只有解读方案和解读材料',
};

/** 三同步: document, plan and materials are submitted together (没有解读方案和解读材料的，不予收文). */
export const bundleParts: Rule = {
  codes: [PLAN_ABSENT, MATERIAL_ABSENT, DOCUMENT_ABSENT],
  check({ manifest }) {
    if (!manifest) return [];
    const count = (role: string) => manifest.items.filter((item) => item.role === role).length;
    const place = { where: 'manifest', quote: 'items' };
    const findings = [];
    if (count('policy-document') !== 1) {
      findings.push(
        finding(DOCUMENT_ABSENT, 'manifest', place, {
          zh: `政策包应当有且只有一件政策文件，现在有${count('policy-document')}件。`,
          en: `A bundle has exactly one policy document; this one has ${count('policy-document')}.`,
        }),
      );
    }
    if (manifest.policyKind === 'release-notice') return findings; // it interprets nothing, see acts.ts
    if (count('interpretation-plan') === 0) {
      findings.push(
        finding(
          PLAN_ABSENT,
          'manifest',
          place,
          { zh: '政策包中没有解读方案，不予收文。', en: 'The bundle has no interpretation plan and is not accepted.' },
          { zh: '请起草单位补充解读方案，与文件一并报送。', en: 'Add the plan and submit it with the document.' },
        ),
      );
    }
    if (count('interpretation-material') === 0) {
      findings.push(
        finding(
          MATERIAL_ABSENT,
          'manifest',
          place,
          {
            zh: '政策包中没有解读材料，不予收文。',
            en: 'The bundle has no interpretation material and is not accepted.',
          },
          { zh: '请起草单位补充解读材料，与文件一并报送。', en: 'Add a material and submit it with the document.' },
        ),
      );
    }
    return findings;
  },
};
