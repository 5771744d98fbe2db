import type { CodeEntry } from '../../../schemas/rules.ts';
import type { DocumentModel } from '../../documents/model.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf } from '../text/lines.ts';

const VERBATIM: CodeEntry = {
  code: 'INT-VERBATIM',
  gate: 'intake',
  severity: 'warning',
  title: { zh: '解读材料大部分照抄文件', en: 'A material mostly copies the document' },
  source: '国办发〔2016〕80号关于解读应当通俗易懂、避免摘抄文件的要求；各地“不得简单摘抄、压缩文件”的规定',
  good: '用群众听得懂的话说明政策',
  bad: '把文件的段落原样搬进解读材料',
};
const GRAM = 8;
/** Share of the characters of a material, in sentences that are long enough to be somebody's own words. */
const LIMIT = 0.8;
const SHORTEST_SENTENCE = 16;
const SHORTEST_MATERIAL = 300;

/** 文件要点摘抄 is no interpretation. Measured over sentences; figures and names have to be the same, so some overlap is right. */
export const verbatimCopy: Rule = {
  codes: [VERBATIM],
  check({ policy, materials }) {
    if (!policy) return [];
    const known = grams(textOf(policy.model));
    return materials.flatMap(({ item, model }) => {
      const ratio = copiedShare(model, known);
      if (ratio <= LIMIT) return [];
      const percent = Math.round(ratio * 100);
      return [
        finding(
          VERBATIM,
          item.id,
          { where: 'body', quote: '' },
          {
            zh: `解读材料有${percent}%的文字照抄文件。`,
            en: `${percent} % of the material is copied from the document.`,
          },
          {
            zh: '请用通俗的语言说明背景、依据、目的和举措。',
            en: 'Explain background, basis, purpose and measures in plain words.',
          },
        ),
      ];
    });
  },
};

const bareText = (text: string) => text.replace(/[^\u4e00-\u9fa5\dA-Za-z%]/gu, '');
const textOf = (model: DocumentModel) => bareText(model.paragraphs.map(({ text }) => text).join(''));

function grams(text: string): Set<string> {
  const all = new Set<string>();
  for (let at = 0; at + GRAM <= text.length; at++) all.add(text.slice(at, at + GRAM));
  return all;
}

/** Share between 0 and 1; 0 for a material too short to be judged. */
export function copiedShare(model: DocumentModel, known: Set<string>): number {
  let total = 0;
  let copied = 0;
  for (const { text } of linesOf(model)) {
    for (const sentence of text.split(/[。；！？]/u).map(bareText)) {
      if (sentence.length < SHORTEST_SENTENCE) {
        total += sentence.length;
        continue;
      }
      const own = [...grams(sentence)];
      const same = own.filter((gram) => known.has(gram)).length;
      total += sentence.length;
      if (same / own.length >= 0.8) copied += sentence.length;
    }
  }
  return total < SHORTEST_MATERIAL ? 0 : copied / total;
}
