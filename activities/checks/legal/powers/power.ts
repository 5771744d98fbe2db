import type { Finding } from '../../../../schemas/finding.ts';
import type { CodeEntry, RuleData } from '../../../../schemas/rules.ts';
import { finding, type Rule } from '../../rule.ts';
import { linesOf, placeIn, sentencesOf } from '../../text/lines.ts';

export type Power = CodeEntry & {
  /** What a document may not set by itself; any of them in one sentence. */
  sets: RegExp[];
  /** The same, also for permits that a law already requires. */
  regardless?: RegExp[];
  /** Whether a basis in law makes it a repetition of the law (依法, 依照《…法》). */
  basisExcuses: boolean;
};

export const entry = (code: string, source: string, zh: string, en: string, good: string, bad: string): CodeEntry => ({
  code,
  gate: 'legal',
  severity: 'error',
  title: { zh, en },
  source,
  good,
  bad,
});

/** 不 turns only the word after it; 不得 and 严禁 govern a whole clause: 不得收取押金、保证金. */
const NOT =
  /(不得|不准|不能|不可|不应|禁止|严禁|杜绝|防止|避免|无需|无须|停止|取消|清理|规范|查处|整治|免予?|减免|免除|免收|变相|不再|不以)[^，。；]{0,40}$|(不|未|没有|乱|被)$/u;
/** 违规收取押金 tells of a deed; 对违规设施可以扣押 and 违反规定的单位处罚款 tell what is done about one. */
const DEED = /(?:违规|违反|违法|擅自)[^，。；]{0,40}$/u;
const ANSWER = /的[^，。；]{0,16}$|(?:予以|可以|可|应当|应|一律|由|先行|直接|将|处以?|并处)[^，。；]{0,16}$/u;
const ANSWERS = /^(?:予以|可以|有权|应当|一律|由|进行|实施|处)/u;
export const LOCAL = '(?:本[区市县省地]|[区市县]内|本地|辖区内?|本[区市县]辖区内?|当地)';
/** A basis in the sentence: a law by name, or 依法 in its usual forms. A permit's own name in title marks is none. */
const BASIS =
  /依法(?!取消|设定)|依照|依据《|(根据|按照)[^，。；]{0,10}(法律|法规|国家|国务院|上级|省|政府定价|有关规定|相关规定|规定|标准|《[^》]*(法|条例|规定|办法)》)|《[^》]*(法|条例|规定|决定)》|法律、?法规|有权机关|行政事业性收费|政府性基金|构成犯罪/u;

/** 设定: only laws and regulations may; a 规范性文件 may repeat them, citing them. Whole document, annexes too. */
export function powerRule(power: Power): Rule {
  const { sets: _, regardless: __, basisExcuses: ___, ...code } = power;
  return {
    codes: [code],
    check({ policy }, data) {
      if (!policy) return [];
      return linesOf(policy.model).flatMap((line) =>
        sentencesOf(line.text).flatMap((sentence) => {
          const match = setIn(power, sentence.text, data);
          if (!match) return [];
          const start = sentence.start + match.index;
          return [report(code, policy.item.id, placeIn(line, start, start + match[0].length))];
        }),
      );
    },
  };
}

function setIn(
  { sets, regardless = [], basisExcuses }: Power,
  sentence: string,
  data: RuleData,
): RegExpExecArray | null {
  if (basisExcuses && BASIS.test(sentence)) return null;
  // A permit that a law already requires may be named without citing the law each time.
  const settled =
    regardless.length > 0 && data.permits.some(({ permits }) => permits.some((permit) => sentence.includes(permit)));
  for (const pattern of settled ? regardless : [...sets, ...regardless]) {
    const match = pattern.exec(sentence);
    if (match && !isExcused(sentence.slice(0, match.index), match[0])) return match;
  }
  return null;
}

/** Forbidden, avoided, or told as somebody's misdeed, rather than set. */
function isExcused(before: string, set: string): boolean {
  if (NOT.test(before)) return true;
  const deed = DEED.exec(before);
  return deed !== null && !ANSWER.test(deed[0]) && !ANSWERS.test(set);
}

const report = (code: CodeEntry, item: string, location: Finding['location']): Finding =>
  finding(
    code,
    item,
    location,
    {
      zh: `${code.title.zh}：“${location.quote}”。`,
      en: `${code.title.en}, with no basis given: "${location.quote}".`,
    },
    {
      zh: `请删去，或者写明法律、法规依据。可以的写法：${code.good}`,
      en: `Take it out, or give its basis in law. Acceptable: ${code.good}`,
    },
  );
