import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import type { DocumentModel } from '../../documents/model.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { type Line, linesOf, placeIn } from '../text/lines.ts';
import { PUNCTUATION } from './sources.ts';

const UNBALANCED: CodeEntry = {
  code: 'WRD-PAIR-UNBALANCED',
  gate: 'wording',
  severity: 'error',
  title: { zh: '引号、书名号、括号不成对或者嵌套错误', en: 'Quotation marks, title marks or brackets do not pair' },
  source: PUNCTUATION,
  good: '根据《中华人民共和国消防法》等规定',
  bad: '根据《中华人民共和国消防法等规定',
};
const CLOSES: Record<string, string> = {
  '“': '”',
  '‘': '’',
  '《': '》',
  '〈': '〉',
  '（': '）',
  '(': ')',
  '【': '】',
  '〔': '〕',
  '「': '」',
  '『': '』',
  '［': '］',
  '[': ']',
};
const OPENS = Object.fromEntries(Object.entries(CLOSES).map(([open, close]) => [close, open]));
/** （一) and (一） are a matter of width, not of pairing. */
const WIDTHS: Record<string, string> = { ')': '）', '）': ')' };

export const pairs: Rule = {
  codes: [UNBALANCED],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) =>
      units(model).flatMap((lines) => unpaired(lines).map((fault) => report(item.id, fault))),
    ),
};

/** What pairs within itself: a paragraph, a cell, the lines of a title, paragraphs of one quotation. */
function units(model: DocumentModel): Line[][] {
  const groups: Line[][] = [];
  let title: Line[] = [];
  for (const line of linesOf(model)) {
    const centred = !line.cell && model.paragraphs[line.paragraph]?.alignment === 'center' && line.text.trim() !== '';
    if (centred) {
      title.push(line);
      continue;
    }
    if (title.length > 0) groups.push(title);
    title = [];
    groups.push([line]);
  }
  if (title.length > 0) groups.push(title);
  return withQuotations(groups);
}

/** A quotation of several paragraphs opens each of them and closes only the last (GB/T 15834 4.8.3.5). */
function withQuotations(groups: Line[][]): Line[][] {
  return groups.filter((group, at) => {
    const text = group[0]?.text.trim() ?? '';
    const next = groups[at + 1]?.[0]?.text.trim() ?? '';
    const goesOn =
      group.length === 1 && text.startsWith('“') && next.startsWith('“') && !text.endsWith('”') && balance(text) === 1;
    return !goesOn;
  });
}

const balance = (text: string) => (text.match(/“/gu)?.length ?? 0) - (text.match(/”/gu)?.length ?? 0);

type Fault = { line: Line; at: number; mark: string; kind: 'open' | 'close' | 'nested' };

function unpaired(lines: Line[]): Fault[] {
  const open: Fault[] = [];
  const faults: Fault[] = [];
  for (const line of lines) {
    for (let at = 0; at < line.text.length; at++) {
      const mark = line.text[at] ?? '';
      if (CLOSES[mark] !== undefined) {
        // 《关于印发《…》的通知》: inside title marks stand single ones, inside quotation marks single ones.
        if ((mark === '《' || mark === '“') && open.some((each) => each.mark === mark))
          faults.push({ line, at, mark, kind: 'nested' });
        open.push({ line, at, mark, kind: 'open' });
      } else if (OPENS[mark] !== undefined) {
        if (isListMark(line.text, at) || isApostrophe(line.text, at)) continue;
        const before = open.findLastIndex((each) => [mark, WIDTHS[mark]].includes(CLOSES[each.mark] ?? ''));
        if (before === -1) faults.push({ line, at, mark, kind: 'close' });
        else faults.push(...open.splice(before).slice(1));
      }
    }
  }
  return [...faults, ...open].filter(({ mark, line, at }, index, all) => {
    // A repeated opening inside and the one left over at the end are one mistake.
    const sameMark = all.findIndex((other) => other.mark === mark && other.line === line);
    return index === sameMark || all[sameMark]?.at === at;
  });
}

const isListMark = (text: string, at: number) =>
  /^[）)]$/u.test(text[at] ?? '') &&
  /(^|[。；：，、\s])[\da-zA-Z一二三四五六七八九十①-⑳]{1,3}$/u.test(text.slice(0, at));
const isApostrophe = (text: string, at: number) => text[at] === '’' && /[A-Za-z]/u.test(text[at - 1] ?? '');

function report(item: string, { line, at, mark, kind }: Fault): Finding {
  const end = clauseEnd(line.text, at);
  const start = kind === 'close' ? Math.max(0, at - 12) : at;
  const messages = {
    open: { zh: `“${mark}”没有配对的“${CLOSES[mark]}”。`, en: `"${mark}" is never closed.` },
    close: { zh: `“${mark}”没有配对的“${OPENS[mark]}”。`, en: `"${mark}" was never opened.` },
    nested: {
      zh: `“${mark}”里面又用了“${mark}”，内层应当用${mark === '《' ? '〈〉' : '‘’'}。`,
      en: `"${mark}" inside "${mark}": the inner ones are ${mark === '《' ? '〈〉' : '‘’'}.`,
    },
  };
  return finding(UNBALANCED, item, placeIn(line, start, kind === 'close' ? at + 1 : end), messages[kind], {
    zh: '请补上或者删去，使其成对。',
    en: 'Add or remove a mark so that they pair.',
  });
}

const clauseEnd = (text: string, at: number) => {
  const length = text.slice(at + 1).search(/[，。；]/u);
  return length === -1 ? Math.min(text.length, at + 24) : at + 1 + Math.min(length, 24);
};
