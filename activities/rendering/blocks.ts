import { attribute, childElements, type Element, isElement, type Node, read, textOf } from './html-tree.ts';

/** The structure of a displayed document, for outputs that are not HTML. Texts are plain, lines joined. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string; align: Alignment | null; as?: 'issuer' | 'title' }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; columns: number; rows: Cell[][] }
  | { kind: 'picture'; sha256: string; alt: string };
export type Alignment = 'center' | 'right' | 'flush';
export type Cell = { text: string; header: boolean; columns: number; rows: number };

const containers = new Set(['div', 'section', 'article', 'figure', 'blockquote', 'dl']);

/** Reads display HTML as blocks. No text is left out: what is not known as a structure becomes a paragraph. */
export function toBlocks(html: string): Block[] {
  return read(html).childNodes.flatMap(blocksOf);
}

function blocksOf(node: Node): Block[] {
  if (!isElement(node)) return paragraph(textOf(node), null);
  const { tagName } = node;
  const heading = /^h([1-6])$/.exec(tagName);
  if (heading) {
    const text = clean(textOf(node));
    return text ? [{ kind: 'heading', level: Number(heading[1]), text }] : [];
  }
  if (tagName === 'table') return [tableOf(node)];
  if (tagName === 'ul' || tagName === 'ol') return listOf(node);
  if (tagName === 'img') return pictureOf(node);
  if (containers.has(tagName)) return node.childNodes.flatMap(blocksOf);
  const pictures = childElements(node).flatMap((child) => (child.tagName === 'img' ? pictureOf(child) : []));
  return [...paragraph(textOf(node), alignment(node)), ...pictures];
}

const clean = (text: string) => text.replace(/[ \t\r\n]+/g, ' ').trim();

function paragraph(text: string, align: 'center' | 'right' | null): Block[] {
  const joined = clean(text);
  return joined ? [{ kind: 'paragraph', text: joined, align }] : [];
}

const alignment = (element: Element) =>
  (/\b(center|right)\b/.exec(`${attribute(element, 'class') ?? ''} ${attribute(element, 'style') ?? ''}`)?.[1] as
    | 'center'
    | 'right'
    | null) ?? null;

function listOf(list: Element): Block[] {
  const ordered = list.tagName === 'ol';
  const start = Number(attribute(list, 'start') ?? 1);
  const items = childElements(list).map((item, index) => {
    const text = clean(textOf(item));
    return ordered ? `${start + index}. ${text}` : `· ${text}`;
  });
  return items.length > 0 ? [{ kind: 'list', items }] : [];
}

function tableOf(table: Element): Block {
  const rows = rowsOf(table).map((row) =>
    childElements(row).map((cell) => ({
      text: clean(textOf(cell)),
      header: cell.tagName === 'th',
      columns: Number(attribute(cell, 'colspan') ?? 1),
      rows: Number(attribute(cell, 'rowspan') ?? 1),
    })),
  );
  const widths = rows.map((row) => row.reduce((sum, { columns }) => sum + columns, 0));
  return { kind: 'table', columns: Math.max(1, ...widths), rows };
}

const rowsOf = (parent: Element): Element[] =>
  childElements(parent).flatMap((child) => {
    if (child.tagName === 'tr') return [child];
    return ['thead', 'tbody', 'tfoot'].includes(child.tagName) ? rowsOf(child) : [];
  });

function pictureOf(image: Element): Block[] {
  const sha256 = /^lockstep-image:([0-9a-f]{64})$/.exec(attribute(image, 'src') ?? '')?.[1];
  return sha256 ? [{ kind: 'picture', sha256, alt: attribute(image, 'alt') ?? '' }] : [];
}

/** Blocks as plain text, for the press pack: a line per block, tables with a tab between cells. */
export const toPlainText = (blocks: Block[]): string => `${blocks.flatMap(linesOf).join('\n')}\n`;

function linesOf(block: Block): string[] {
  switch (block.kind) {
    case 'heading':
    case 'paragraph':
      return [block.text];
    case 'list':
      return block.items;
    case 'table':
      return block.rows.map((row) => row.map(({ text }) => text).join('\t'));
    case 'picture':
      return [`〔图：${block.alt}〕`];
  }
}
