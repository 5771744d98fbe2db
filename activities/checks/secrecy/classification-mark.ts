import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedItem, finding, type Rule } from '../rule.ts';
import { fold, unfold } from '../text/fold.ts';
import { type Writing, writingsIn } from '../text/places.ts';
import { FORMAT_MARK, SECRETS_LAW } from './sources.ts';

const MARK: CodeEntry = {
  code: 'SEC-MARK',
  gate: 'secrecy',
  severity: 'error',
  title: { zh: '出现密级标志', en: 'A classification mark' },
  source: `${SECRETS_LAW}；${FORMAT_MARK}`,
  good: '涉及国家秘密、商业秘密的信息不予公开。',
  bad: '机密★1年',
};
const MENTION: CodeEntry = {
  ...MARK,
  code: 'SEC-MARK-MENTION',
  severity: 'info',
  title: { zh: '行文中举例提到密级标志', en: 'A classification mark given as an example in running text' },
  good: '按照规定标注国家秘密标志。',
  bad: '应当标注“机密★10年”字样。',
};

const LEVEL = '(?:绝密|机密|秘密)';
const TERM = '(?:[\\d一二三四五六七八九十两〇]{1,3}(?:年|个月|天|日)|长期|永久|启用前|解密前|公布前|定稿前)';
/** Marks that are one wherever they stand. The text is folded: no spaces, no disguises, every star a ★. */
const ANYWHERE = new RegExp(
  [
    `${LEVEL}级?[\\])）】]?★(?:${TERM})?`,
    `★${LEVEL}(?:级)?(?![文载设])`,
    `密级[:：][\\[(（【“]?${LEVEL}`,
    `[\\[【]${LEVEL}(?:级)?(?:[·.:：-]?${TERM})?[\\]】]`,
    `(?<![\\u4e00-\\u9fa5])${LEVEL}(?:级)?[·.:：/|-]?${TERM}(?![\\u4e00-\\u9fa5])`,
    `保密期限[:：]${TERM}`,
    `(?:本|此|该)(?:文?件|材料|资料)(?:为|系|属于?|定为|是)${LEVEL}级?(?:文件|件|材料|事项|资料)?`,
  ].join('|'),
  'gu',
);
/** Words that are a mark where they stand alone, as in a header or a text box. */
const ALONE = new RegExp(
  `^[\\[(（【〔“"]?(?:(?:密级|等级|级别)[:：]?)?${LEVEL}(?:级)?(?:文件|资料|材料|件)?(?:${TERM})?[\\])）】〕”"]?$`,
  'u',
);
const ALONE_LATIN = /^(TOP ?SECRET|SECRET|CONFIDENTIAL|STATE ?SECRET)$/iu;
/** In a file name the mark stands between separators. */
const IN_NAME = new RegExp(
  `(?:^|[\\s_.\\-—·\\[(（【〔])(${LEVEL}(?:级)?(?:${TERM})?)(?=$|[\\s_.\\-—·\\])）】〕★])`,
  'u',
);
/** A mark broken by other characters between its letters: 机*密、机-密. Only in short texts: prose has such pairs by chance. */
const BROKEN = new RegExp(
  `^${['绝密', '机密', '秘密'].map((word) => [...word].join('[^\\u4e00-\\u9fa5\\w]{1,3}')).join('|')}`,
  'u',
);
/** A rule about marking, not a mark: 标注“机密★10年”字样. */
const SPOKEN_OF = /(标注|标明|标志|标识|字样|格式|样式|例如|示例|写作|形如|注明)/u;

/** 密级标志 in every place of every part, whatever its disguise. 保守国家秘密 and the like are ordinary words. */
export const classificationMark: Rule = {
  codes: [MARK, MENTION],
  check({ manifest, items }) {
    const names = manifest ? [['manifest', manifest.title]] : [];
    const titled = names.flatMap(([item, text]) =>
      marksIn(text ?? '', 'manifest').map((range) => report(item ?? '', range.quote, { where: 'manifest', ...range })),
    );
    return [...titled, ...items.flatMap(inItem)];
  },
};

function inItem(checked: CheckedItem): Finding[] {
  const quotes = new Set<string>();
  return writingsIn(checked).flatMap((writing) => {
    const place = writing.place(0, 0).where;
    return marksIn(writing.text, place).flatMap(({ start, end, quote }) => {
      const key = `${place}\n${quote}\n${writing.place(start, end).paragraph ?? ''}`;
      if (quotes.has(key)) return [];
      quotes.add(key);
      const location = writing.place(start, end);
      if (isSpokenOf(writing, start, end)) {
        return [
          finding(MENTION, checked.item.id, location, {
            zh: `行文中提到“${quote}”，看上去是说明怎样标注，请人工确认。`,
            en: `The text mentions "${quote}", it seems as an example of marking; please look at it.`,
          }),
        ];
      }
      return [report(checked.item.id, quote, location)];
    });
  });
}

const report = (item: string, quote: string, location: Finding['location']) =>
  finding(
    MARK,
    item,
    location,
    {
      zh: `出现密级标志“${quote}”。有密级标志的文件不能公开，也不能进入本系统。`,
      en: `There is a classification mark "${quote}". A marked document can neither be released nor be kept here.`,
    },
    {
      zh: '请立即停止流转，报本单位保密工作机构处理；确属误标的，由定密责任人按程序更正后重新报送。',
      en: 'Stop passing it on and tell the secrecy office; a mistaken mark is taken off by who set it, then submit again.',
    },
  );

function marksIn(text: string, where: string): { start: number; end: number; quote: string }[] {
  // Most texts have neither a level nor a star: nothing to fold.
  const folded = fold(text);
  const ranges = [...folded.text.matchAll(ANYWHERE)].map((match) => [match.index, match.index + match[0].length]);
  const whole: [number, number] = [0, folded.text.length];
  if (ranges.length === 0 && (ALONE.test(folded.text) || (where !== 'body' && ALONE_LATIN.test(text.trim()))))
    ranges.push(whole);
  if (ranges.length === 0 && folded.text.length <= 12 && BROKEN.test(folded.text)) ranges.push(whole);
  const named = where === 'file-name' ? IN_NAME.exec(fold(text, { spaces: true }).text) : null;
  if (ranges.length === 0 && named) ranges.push(whole);
  return ranges.map(([from = 0, to = 0]) => {
    const { start, end } = unfold(text, folded, from, to);
    return { start, end, quote: text.slice(start, end) };
  });
}

function isSpokenOf({ text, visible }: Writing, start: number, end: number): boolean {
  const quoted = /[“"「]\s*$/u.test(text.slice(0, start)) && /^\s*[”"」]/u.test(text.slice(end));
  return visible && quoted && SPOKEN_OF.test(text.slice(Math.max(0, start - 20), end + 10));
}
