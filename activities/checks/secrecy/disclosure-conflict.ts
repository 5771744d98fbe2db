import type { Disclosure } from '../../../schemas/bundle.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf, placeOf } from '../text/lines.ts';
import { DISCLOSURE_REGULATION } from './sources.ts';

const CONFLICT: CodeEntry = {
  code: 'SEC-DISCLOSURE-CONFLICT',
  gate: 'secrecy',
  severity: 'error',
  title: { zh: '文件自身的公开属性与清单矛盾', en: 'The document says otherwise about disclosure than the manifest' },
  source: DISCLOSURE_REGULATION,
  good: '清单为主动公开，文件标注（此件公开发布）',
  bad: '清单为主动公开，文件标注（此件不公开）',
};

/** 附注 of the document (国办发〔2016〕80号 and local usage). Running text about 依申请公开 is no note. */
const NOTES: { pattern: RegExp; means: Disclosure }[] = [
  {
    pattern: /此件(?:不公开|不予公开|暂不公开|不宜公开)|公开(?:属性|方式|类别|形式)[：:]\s*不(?:予)?公开/u,
    means: 'none',
  },
  {
    pattern: /此件(?:依申请公开)|公开(?:属性|方式|类别|形式)[：:]\s*依申请公开|^[（(]\s*依申请公开\s*[）)]$/u,
    means: 'on-request',
  },
  {
    pattern: /此件(?:公开发布|主动公开|公开|删减后公开)|公开(?:属性|方式|类别|形式)[：:]\s*主动公开/u,
    means: 'proactive',
  },
];
const NAMES: Record<Disclosure, string> = { proactive: '主动公开', 'on-request': '依申请公开', none: '不予公开' };

export const disclosureConflict: Rule = {
  codes: [CONFLICT],
  check({ manifest, policy }) {
    if (!manifest || !policy) return [];
    return linesOf(policy.model)
      .filter(({ text }) => text.length < 60)
      .flatMap((line) => {
        const note = NOTES.find(({ pattern }) => pattern.test(line.text.replace(/[\s\u3000]/gu, '')));
        const match = /[（(]?\s*(此件[^）)]*|公开(属性|方式|类别|形式)[：:].*|依申请公开)[）)]?/u.exec(line.text);
        if (!note || !match || note.means === manifest.disclosure) return [];
        return [
          finding(
            CONFLICT,
            policy.item.id,
            placeOf(line, match),
            {
              zh: `文件标注“${match[0]}”，清单的公开属性是${NAMES[manifest.disclosure]}。`,
              en: `The document says "${match[0]}" (${note.means}), the manifest says ${manifest.disclosure}.`,
            },
            { zh: '请核实公开属性，改正文件或者清单。', en: 'Find out which is right and mend the other.' },
          ),
        ];
      });
  },
};
