import type { DocumentModel, Paragraph } from '../model.ts';
import { annexNumbers } from './annex-list.ts';
import { essence } from './loss.ts';

/** mammoth's document tree, as far as we change it. */
export type MammothElement = {
  type: string;
  children?: MammothElement[];
  value?: string;
  styleId?: string | null;
  styleName?: string | null;
  numbering?: unknown;
  isHeader?: boolean;
  notes?: { _notes?: Record<string, { body: MammothElement[] }> };
};

/** Style names under which mammoth is told to write a paragraph: element and alignment. */
const TAGS = ['p', 'h2', 'h3', 'h4', 'h5', 'annex'] as const;
const ALIGNMENTS = ['', 'center', 'right'] as const;

export const STYLE_MAP = [
  ...TAGS.flatMap((tag) =>
    ALIGNMENTS.map((alignment) => {
      const element = tag === 'annex' ? 'h2.annex' : tag;
      return `p[style-name='lockstep ${tag} ${alignment}'] => ${element}${alignment ? `.align-${alignment}` : ''}:fresh`;
    }),
  ),
  'b => strong',
  'i => em',
  'u => u',
  'strike => s',
  'p:unordered-list(1) => ul > li:fresh',
  'p:unordered-list(2) => ul|ol > li > ul > li:fresh',
];

export const ANNEX = /^附\s*件\s*[0-9０-９一二三四五六七八九十]{0,3}\s*[：:.．]?$/;

const fullText = ({ numbering, text }: Paragraph): string => `${numbering ?? ''}${text}`.trim();

function styleFor(paragraph: Paragraph, namesAnnex: boolean): string {
  const alignment = paragraph.alignment === 'center' || paragraph.alignment === 'right' ? paragraph.alignment : '';
  const text = fullText(paragraph);
  // A heading that runs on into its paragraph is left there: a screen reader would read the whole as a heading.
  const alone = text.length <= 60 && !/[。；;]|[，：:]$/.test(text) && !namesAnnex;
  if (!paragraph.cell && ANNEX.test(text)) return `lockstep annex ${alignment}`;
  const level = paragraph.cell || !alone ? null : paragraph.headingLevel;
  return `lockstep ${level === null ? 'p' : `h${Math.min(level, 4) + 1}`} ${alignment}`;
}

/**
 * Brings mammoth's tree in line with what the scan saw: headings, drawn numbers and header rows come from the scan, and
 * text that the scan knows as hidden, white or in no place that a reader sees is cut out (mammoth publishes it).
 */
export function alignWith(model: DocumentModel, document: MammothElement): MammothElement {
  const scanned = model.paragraphs
    .map((paragraph, index) => ({ paragraph, index, key: essence(paragraph.text) }))
    .filter(({ key }) => key !== '');
  const unseenIn = new Set(
    model.asides.filter(({ kind }) => kind === 'hidden-text' || kind === 'white-text').map((aside) => aside.paragraph),
  );
  const boxes = new Set(model.asides.filter(({ kind }) => kind === 'text-box').map((aside) => essence(aside.text)));
  const annexLines = annexNumbers(model.paragraphs.map(fullText));
  let next = 0;

  const find = (key: string): (typeof scanned)[number] | null => {
    const limit = Math.min(scanned.length, next + 300);
    for (let at = next; at < limit; at++) {
      const candidate = scanned[at];
      if (!candidate) break;
      const same = candidate.key === key || (unseenIn.has(candidate.index) && isSubsequence(candidate.key, key));
      if (!same) continue;
      next = at + 1;
      return candidate;
    }
    return null;
  };

  const visitParagraph = (element: MammothElement): MammothElement => {
    const key = essence(textOf(element));
    if (key === '') return { ...element, styleName: null, styleId: null, numbering: null };
    const match = find(key);
    if (!match)
      return boxes.has(key) ? { ...element, styleName: 'lockstep p ', numbering: null } : { ...element, children: [] };
    const { paragraph, index } = match;
    const kept = match.key === key ? element : keepOnly(element, match.key);
    const number = paragraph.numbering;
    const children = number === null ? kept.children : [numberRun(number), ...(kept.children ?? [])];
    const bullet = number === null && element.numbering && paragraph.headingLevel === null;
    return bullet
      ? { ...kept, children: children ?? [], styleName: null, styleId: null }
      : {
          ...kept,
          children: children ?? [],
          numbering: null,
          styleId: 'lockstep',
          styleName: styleFor(paragraph, annexLines[index] !== null),
        };
  };

  const visit = (element: MammothElement): MammothElement => {
    if (element.type === 'paragraph') return visitParagraph(element);
    if (!element.children) return element;
    const before = next;
    const children = element.children.map(visit);
    const first = scanned.slice(before, next)[0]?.paragraph.cell;
    return element.type === 'tableRow'
      ? { ...element, children, isHeader: first?.header ?? element.isHeader ?? false }
      : { ...element, children };
  };
  const aligned = visit(document);
  alignNotes(model, document);
  return aligned;
}

/** Notes stand outside the tree that mammoth lets us transform; the same rule holds for them. */
function alignNotes(model: DocumentModel, document: MammothElement): void {
  const known = model.asides
    .filter(({ kind }) => kind === 'footnote' || kind === 'endnote')
    .map((aside) => essence(aside.text));
  const visit = (element: MammothElement): MammothElement => {
    if (element.type !== 'paragraph')
      return element.children ? { ...element, children: element.children.map(visit) } : element;
    const key = essence(textOf(element));
    if (key === '' || known.includes(key)) return element;
    const visible = known.find((text) => text !== '' && isSubsequence(text, key));
    return visible === undefined ? { ...element, children: [] } : keepOnly(element, visible);
  };
  for (const note of Object.values(document.notes?._notes ?? {})) note.body = note.body.map(visit);
}

const numberRun = (text: string): MammothElement => ({
  type: 'run',
  children: [{ type: 'text', value: text }],
  styleId: null,
  styleName: null,
});

const textOf = (element: MammothElement): string =>
  element.type === 'text' ? (element.value ?? '') : (element.children ?? []).map(textOf).join('');

function isSubsequence(short: string, long: string): boolean {
  let at = 0;
  for (const character of long) if (short.startsWith(character, at)) at += character.length;
  return at === short.length;
}

/** Cuts the text down to the letters the scan saw; punctuation stays with the letter before it. */
function keepOnly(element: MammothElement, seen: string): MammothElement {
  let at = 0;
  let keeping = true;
  const visit = (node: MammothElement): MammothElement => {
    if (node.type !== 'text') return node.children ? { ...node, children: node.children.map(visit) } : node;
    let value = '';
    for (const character of node.value ?? '') {
      const letter = essence(character);
      if (letter !== '') {
        keeping = seen.startsWith(letter, at);
        if (keeping) at += letter.length;
      }
      if (keeping) value += character;
    }
    return { ...node, value };
  };
  return visit(element);
}
