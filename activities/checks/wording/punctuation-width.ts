import autocorrect from 'autocorrect-node';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { type Line, linesOf, placeIn } from '../text/lines.ts';
import { PUNCTUATION } from './sources.ts';

const WIDTH: CodeEntry = {
  code: 'WRD-PUNCT-WIDTH',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '汉字之间使用半角标点', en: 'Half-width punctuation between Chinese characters' },
  source: PUNCTUATION,
  good: '做好调度，确保水压（含二次供水）。',
  bad: '做好调度,确保水压(含二次供水).',
};
const LETTERS: CodeEntry = {
  code: 'WRD-CHAR-WIDTH',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '同一文件中数字、字母全角和半角混用', en: 'Digits and letters in both widths' },
  source: PUNCTUATION,
  good: '12345热线',
  bad: '前文写“12345热线”，后文写“１２３４５热线”',
};
const DOUBLED: CodeEntry = {
  code: 'WRD-PUNCT-DOUBLE',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '标点重复或者连用', en: 'Punctuation marks in a row' },
  source: PUNCTUATION,
  good: '认真组织，抓好落实。',
  bad: '认真组织，，抓好落实。。',
};

// Spaces between Chinese and Latin are no part of official documents: only punctuation is put right.
autocorrect.loadConfig(
  JSON.stringify({
    rules: {
      'space-word': 0,
      'space-punctuation': 0,
      'space-bracket': 0,
      'space-backticks': 0,
      'space-dash': 0,
      'space-dollar': 0,
      fullwidth: 1,
      'halfwidth-word': 0,
      'halfwidth-punctuation': 0,
      'no-space-fullwidth': 0,
      'no-space-fullwidth-quote': 0,
      spellcheck: 0,
    },
  }),
);

const CJK = /[\u4e00-\u9fa5《》“”（）。，；：、！？〔〕]/u;
const HALF = /[,;:?!()"]/u;
const FULL_WIDTH = /[０-９Ａ-Ｚａ-ｚ]+/gu;
const REPEATED = /，，+|。。(?!。)|、、+|；；+|：：+|，。|。，|、，|，、|；。|。；|、。|。、|：，|，：/gu;

export const punctuationWidth: Rule = {
  codes: [WIDTH, LETTERS, DOUBLED],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) => {
      const lines = linesOf(model);
      const told = new Set<string>();
      const mixed = lines.some(({ text }) => /[0-9A-Za-z]/u.test(text));
      return lines.flatMap((line) => {
        const wrong = halfWidth(line);
        const first = wrong[0];
        const last = wrong.at(-1);
        const width =
          first === undefined || last === undefined
            ? []
            : [
                finding(
                  WIDTH,
                  item.id,
                  // With the word before it, so that the place is found again by eye.
                  placeIn(line, Math.max(0, first - 2), last + 1),
                  { zh: '汉字之间使用了半角标点。', en: 'Half-width punctuation between Chinese characters.' },
                  { zh: '请改为全角标点。', en: 'Make it full-width.' },
                ),
              ];
        const letters = [...line.text.matchAll(FULL_WIDTH)]
          .filter(([word]) => mixed && !told.has(word) && told.add(word))
          .map((match) =>
            finding(
              LETTERS,
              item.id,
              placeIn(line, match.index, match.index + match[0].length),
              {
                zh: `“${match[0]}”是全角字符，其他地方用的是半角。`,
                en: `"${match[0]}" is full-width; elsewhere it is half-width.`,
              },
              { zh: `请改为“${match[0].normalize('NFKC')}”。`, en: `Write "${match[0].normalize('NFKC')}".` },
            ),
          );
        const doubled = [...line.text.matchAll(REPEATED)].map((match) =>
          finding(
            DOUBLED,
            item.id,
            placeIn(line, Math.max(0, match.index - 2), match.index + match[0].length),
            { zh: `标点“${match[0]}”连用。`, en: `The marks "${match[0]}" stand in a row.` },
            { zh: '请留下一个。', en: 'Keep one of them.' },
          ),
        );
        return [...width, ...letters, ...doubled];
      });
    }),
};

/** Offsets of half-width marks that stand in Chinese. Latin words, numbers, times and addresses keep their own marks. */
function halfWidth({ text }: Line): number[] {
  if (!HALF.test(text) && !/[\u4e00-\u9fa5)]\./u.test(text)) return [];
  const chinese = text.match(/[\u4e00-\u9fa5]/gu)?.length ?? 0;
  const latin = text.match(/[A-Za-z]+/gu)?.length ?? 0;
  if (chinese <= latin) return [];
  const wrong = new Set<number>();
  for (let at = 0; at < text.length; at++) {
    const mark = text[at] ?? '';
    const before = text[at - 1] ?? '';
    const after = text[at + 1] ?? '';
    if (mark === '.' ? isFullStop(text, at) : HALF.test(mark) && inChinese(mark, before, after)) wrong.add(at);
  }
  const corrected = autocorrect.format(text);
  if (corrected.length === text.length) {
    for (let at = 0; at < text.length; at++) {
      if (HALF.test(text[at] ?? '') && corrected[at] !== text[at]) wrong.add(at);
    }
  }
  return [...wrong].sort((a, b) => a - b);
}

function inChinese(mark: string, before: string, after: string): boolean {
  if (mark === '(') return CJK.test(before) || CJK.test(after);
  if (mark === ')') return CJK.test(before) || CJK.test(after);
  if (mark === '"') return CJK.test(before) || CJK.test(after);
  // 电话:0300 stands after Chinese; 9:00 and 1,000 do not.
  return CJK.test(before) || (/[\w%)]/u.test(before) && CJK.test(after) && mark !== ':');
}

/** A point after Chinese that ends a sentence; 1.名单 and 2.0 stand after digits. */
const isFullStop = (text: string, at: number) =>
  /[\u4e00-\u9fa5）)”》]/u.test(text[at - 1] ?? '') && !/[.\d\w]/u.test(text[at + 1] ?? '') && text[at - 1] !== '.';
