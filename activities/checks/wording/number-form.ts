import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeOf } from '../text/lines.ts';
import { NUMERALS } from './sources.ts';

const FORM: CodeEntry = {
  code: 'WRD-NUMBER-FORM',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '数字、计量单位的写法不规范', en: 'A number or unit is not in its form' },
  source: `${NUMERALS}；《中华人民共和国法定计量单位》`,
  good: '约300人；2平方米；50%',
  bad: '约300人左右；2平米；百分之50',
};
const COUNTED = '(?:人次|人|名|家|户|个|项|次|件|万元|亿元|元|年|天|日|处|台|辆|平方米|米|公里|吨|亩|%)';
const FORMS: { pattern: RegExp; zh: string; en: string }[] = [
  { pattern: /百分之\s*\d+(\.\d+)?/u, zh: '写作“50%”或者“百分之五十”', en: 'Write 50% or 百分之五十' },
  {
    pattern: new RegExp(`(?:近|约|大约|将近)\\s*\\d[\\d.,]*[万亿]?\\s*${COUNTED}?(?:余|多|左右|上下)`, 'u'),
    zh: '约数只说一次',
    en: 'Say once that it is approximate',
  },
  {
    pattern: new RegExp(`(?:超过|突破|不少于|至少|最多|不超过)\\s*\\d[\\d.,]*[万亿]?\\s*${COUNTED}?(?:左右|上下)`, 'u'),
    zh: '界限不加“左右”',
    en: 'A limit is not approximate',
  },
  {
    pattern: new RegExp(
      `(?:不少于|不低于|至少)\\s*\\d[\\d.,]*[万亿]?\\s*${COUNTED}?以上|(?:不超过|不高于|最多)\\s*\\d[\\d.,]*[万亿]?\\s*${COUNTED}?以下`,
      'u',
    ),
    zh: '界限只说一次',
    en: 'Say the limit once',
  },
  { pattern: /\d+(\.\d+)?\s*平米/u, zh: '写作“平方米”', en: 'Write 平方米' },
  {
    pattern: /\d+(\.\d+)?\s*(公分|英寸|英尺|市斤|华里)/u,
    zh: '使用法定计量单位',
    en: 'Use a legal unit of measurement',
  },
  {
    pattern: /\d+(\.\d+)?\s*(KG|Kg|kG|KM|Km|CM|Cm|KWH|Kwh)(?![A-Za-z])/u,
    zh: '单位符号写作 kg、km、cm、kW·h',
    en: 'Unit symbols are kg, km, cm, kW·h',
  },
  {
    pattern: /(减少|降低|缩小|下降)(了|到原来的)?\s*(\d+|[一二两三四五六七八九十]+)倍/u,
    zh: '减少不用倍数，写几分之几',
    en: 'Nothing decreases by times; write a fraction',
  },
];

export const numberForm: Rule = {
  codes: [FORM],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) =>
        FORMS.flatMap(({ pattern, zh, en }) => {
          const match = pattern.exec(line.text);
          if (!match) return [];
          return [
            finding(
              FORM,
              item.id,
              placeOf(line, match),
              { zh: `“${match[0]}”写法不规范。`, en: `"${match[0]}" is not in its form.` },
              { zh: `${zh}。`, en: `${en}.` },
            ),
          ];
        }),
      ),
    ),
};
