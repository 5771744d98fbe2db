import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedBundle, type CheckedItem, finding, type Rule } from '../rule.ts';
import { contradicted } from '../text/contradiction.ts';
import { distance } from '../text/distance.ts';
import { type Figure, type FigureKind, figuresIn, sameValue } from '../text/figures.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { type Statement, statementsIn } from '../text/statements.ts';
import { DISCLOSURE_REGULATION } from './sources.ts';

const entry = (code: string, zh: string, en: string, good: string, bad: string): CodeEntry => ({
  code,
  gate: 'wording',
  severity: 'error',
  title: { zh, en },
  source: DISCLOSURE_REGULATION,
  good,
  bad,
});
const AMOUNT = entry(
  'CON-AMOUNT',
  '解读材料中的金额与政策文件不一致',
  'An amount differs from the document',
  '文件和解读都是“一次性创业补贴3000元”',
  '文件3000元，解读5000元',
);
const DATE = entry(
  'CON-DATE',
  '解读材料中的日期与政策文件不一致',
  'A date differs from the document',
  '文件和解读都是“自2026年7月1日起施行”',
  '文件7月1日，解读8月1日',
);
const NUMBER = entry(
  'CON-NUMBER',
  '解读材料中的其他数字与政策文件不一致',
  'A figure differs from the document',
  '文件和解读都是“累计租住期限不超过6年”',
  '文件6年，解读8年',
);
const DOCUMENT_NUMBER = entry(
  'CON-DOCNUM',
  '解读材料引用的发文字号、文件名称与政策文件不一致',
  'A cited number or title differs from the document',
  '文件和解读都是“云溪政办发〔2023〕12号”',
  '文件12号，解读21号',
);

const CODES: Record<FigureKind, CodeEntry> = {
  amount: AMOUNT,
  date: DATE,
  number: NUMBER,
  time: NUMBER,
  phone: NUMBER,
  'document-number': DOCUMENT_NUMBER,
};

/**
 * 数据同源: a figure of a material contradicts the document only when it says the same thing of the same matter. Former
 * standards, examples and counts that the document does not give are no contradictions.
 */
export const sameSource: Rule = {
  codes: [AMOUNT, DATE, NUMBER, DOCUMENT_NUMBER],
  check(bundle) {
    const { policy } = bundle;
    if (!policy) return [];
    const known = statementsIn(policy.model);
    return [
      ...bundle.materials.flatMap((material) => [
        ...figures(material, known),
        ...documentNumbers(material, bundle, known),
        ...documentTitles(material, bundle),
        ...issueDates(material, bundle, known),
      ]),
      ...variants(bundle, known),
    ];
  },
};

function figures({ item, model }: CheckedItem, known: Statement[]): Finding[] {
  return statementsIn(model).flatMap((said) => {
    if (said.figure.kind === 'document-number' || said.older) return [];
    const other = contradicted(said, known);
    return other ? [differs(CODES[said.figure.kind], item.id, said, other)] : [];
  });
}

function differs(code: CodeEntry, item: string, said: Statement, other: Statement): Finding {
  const { line, figure } = said;
  const start = Math.max(0, line.text.lastIndexOf(said.clause, figure.start));
  return finding(
    code,
    item,
    placeIn(line, start, start + said.clause.length),
    {
      zh: `解读写的是“${said.clause.trim()}”，文件写的是“${other.clause.trim()}”。`,
      en: `The material says "${said.clause.trim()}", the document says "${other.clause.trim()}".`,
    },
    { zh: `请核对，以文件为准：${other.figure.text}。`, en: `Check it; the document holds: ${other.figure.text}.` },
  );
}

/** A number of the same series (机关代字) that is neither the document's nor one that it names. */
function documentNumbers({ item, model }: CheckedItem, { manifest }: CheckedBundle, known: Statement[]): Finding[] {
  const listed = [manifest?.documentNumber, ...(manifest?.supersedes.map(({ documentNumber }) => documentNumber) ?? [])]
    .filter((number) => typeof number === 'string')
    .flatMap((number) => figuresIn(number));
  const own = [...listed, ...known.map(({ figure }) => figure)].filter(({ kind }) => kind === 'document-number');
  const code = ({ text }: Figure) => /[\u4e00-\u9fa5]+(?=[〔[（(【])/u.exec(text)?.[0] ?? '';
  const sameSeries = (a: Figure, b: Figure) => code(a).endsWith(code(b)) || code(b).endsWith(code(a));
  return linesOf(model).flatMap((line) =>
    figuresIn(line.text).flatMap((figure) => {
      if (figure.kind !== 'document-number') return [];
      const series = own.filter((other) => sameSeries(figure, other));
      const nearest = series[0];
      if (!nearest || series.some(({ value }) => value === figure.value)) return [];
      const sameYear = series.find(({ value }) => value.split(' ')[0] === figure.value.split(' ')[0]) ?? nearest;
      return [
        finding(
          DOCUMENT_NUMBER,
          item.id,
          placeIn(line, figure.start, figure.end),
          {
            zh: `解读引用“${figure.text}”，文件中是“${sameYear.text}”。`,
            en: `The material cites "${figure.text}", the document has "${sameYear.text}".`,
          },
          { zh: '请核对发文字号。', en: 'Check the number.' },
        ),
      ];
    }),
  );
}

/** 《…》 that is almost the document's title, or almost one that it names. */
function documentTitles({ item, model }: CheckedItem, { manifest, policy }: CheckedBundle): Finding[] {
  if (!manifest || !policy) return [];
  const plain = (text: string) => text.replace(/[\s《》〈〉“”]/gu, '');
  const text = plain(policy.model.paragraphs.map((paragraph) => paragraph.text).join(''));
  const titles = [manifest.title, ...manifest.supersedes.map(({ title }) => title)].map(plain);
  return linesOf(model).flatMap((line) =>
    [...line.text.matchAll(/《([^《》]{6,100})》/gu)].flatMap((match) => {
      const cited = plain(match[1] ?? '');
      if (titles.some((title) => title.includes(cited) || cited.includes(title)) || text.includes(cited)) return [];
      const near = titles.find((title) => distance(cited, title, 2) <= Math.min(2, Math.floor(title.length / 6)));
      if (near === undefined) return [];
      return [
        finding(
          DOCUMENT_NUMBER,
          item.id,
          placeIn(line, match.index, match.index + match[0].length),
          {
            zh: `解读写的是${match[0]}，文件名称是《${near}》。`,
            en: `The material names ${match[0]}, the document is 《${near}》.`,
          },
          { zh: '请改为文件的规范名称。', en: 'Write the title of the document.' },
        ),
      ];
    }),
  );
}

/** 2026年3月12日，区政府印发《…》: the day is the document's own. */
function issueDates({ item, model }: CheckedItem, { manifest, outline }: CheckedBundle, known: Statement[]): Finding[] {
  if (!manifest || !outline?.issuedOn) return [];
  return linesOf(model).flatMap((line) =>
    figuresIn(line.text).flatMap((figure) => {
      const after = line.text.slice(figure.end, figure.end + 60);
      const issued = new RegExp(
        `^[，,]?[^。；，,]{0,24}(?:印发|出台|制定)(?:了|实施)?《${escaped(manifest.title)}`,
        'u',
      ).test(after);
      if (figure.kind !== 'date' || figure.unit !== 'day' || !issued) return [];
      if (figure.value.startsWith('*') || known.some((other) => sameValue(figure, other.figure))) return [];
      return [
        finding(
          DATE,
          item.id,
          placeIn(line, figure.start, figure.end),
          {
            zh: `解读写文件于${figure.text}印发，文件的成文日期是${outline.issuedOn}。`,
            en: `The material has the document issued on ${figure.text}; it is of ${outline.issuedOn}.`,
          },
          { zh: '请核对日期，以文件为准。', en: 'Check the date; the document holds.' },
        ),
      ];
    }),
  );
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&');

/** Short title and digest of a channel say nothing that the document does not. */
function variants({ manifest }: CheckedBundle, known: Statement[]): Finding[] {
  const wechat = manifest?.variants?.wechat;
  if (!manifest || !wechat) return [];
  const allowed = [
    ...known.map(({ figure }) => figure),
    ...figuresIn(`${manifest.title}${manifest.documentNumber ?? ''}`),
  ];
  return Object.entries({ shortTitle: wechat.shortTitle, digest: wechat.digest }).flatMap(([name, text = '']) =>
    figuresIn(text)
      .filter((figure) => !allowed.some((other) => sameValue(figure, other)))
      .map((figure) =>
        finding(
          CODES[figure.kind],
          'manifest',
          { where: 'manifest', quote: figure.text },
          {
            zh: `渠道版本 variants.wechat.${name} 里的“${figure.text}”在文件中找不到。`,
            en: `"${figure.text}" of variants.wechat.${name} is nowhere in the document.`,
          },
          { zh: '请核对，以文件为准。', en: 'Check it; the document holds.' },
        ),
      ),
  );
}
