import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { DETAILED_RULES_80 } from './sources.ts';

const NOT_PUBLIC: CodeEntry = {
  code: 'LEG-DISCLOSURE-NOT-PUBLIC',
  gate: 'legal',
  severity: 'error',
  title: { zh: '不是主动公开的文件不能进入发布渠道', en: 'Only what is proactively public may go to a channel' },
  source: DETAILED_RULES_80,
  good: '清单 disclosure 为 proactive',
  bad: '清单 disclosure 为 on-request，同时列出网站、公众号',
};

/** 公开属性: only 主动公开 may reach a channel; another attribute goes back with its reason to the 政务公开 office. */
export const disclosureAttribute: Rule = {
  codes: [NOT_PUBLIC],
  check({ manifest }) {
    if (!manifest || manifest.disclosure === 'proactive') return [];
    return [
      finding(
        NOT_PUBLIC,
        'manifest',
        { where: 'manifest', quote: 'disclosure' },
        {
          zh: `公开属性是${manifest.disclosure === 'none' ? '不予公开' : '依申请公开'}，不能发布到${manifest.channels.length}个渠道。`,
          en: `Its disclosure is ${manifest.disclosure}; it cannot go to ${manifest.channels.length} channels.`,
        },
        {
          zh: '请核实公开属性；确不公开的，写明理由报政务公开工作机构，不走本系统发布。',
          en: 'Make sure of the attribute; what is not public is reported with its reason and not released here.',
        },
      ),
    ];
  },
};
