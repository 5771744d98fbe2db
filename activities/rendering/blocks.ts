import { attribute, childElements, type Element, isElement, type Node, read, textOf } from './html-tree.ts';

/** The structure of a displayed document, for outputs that are not HTML. Texts are plain, lines joined. */
export type Block =
  | { kind: 'heading'; level: number; text: string }
  | { kind: 'paragraph'; text: string; align: 'center' | 'right' | 'flush' | null }
  | { kind: 'list'; items: string[] }
  | { kind: 'table'; columns: number; rows: Cell[][] }
  | { kind: 'picture'; sha256: string; alt: string };
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

const issueDate = /^\d{4}年\d{1,2}月\d{1,2}日$/;

/**
 * Places that GB/T 9704 fixes and conversion loses: 主送机关 stands flush left, 署名 and 成文日期 at the right, and a
 * title that the document repeats is left to the head.
 */
export function asOfficialDocument(blocks: Block[], { title, documentNumber, issuingBody }: Head): Block[] {
  const body = withoutRepeatedHead(blocks, { title, documentNumber, issuingBody });
  const addressee = body.findIndex((block) => block.kind === 'paragraph' && /：$/.test(block.text));
  const onlyAddressee = addressee <= 2 ? addressee : -1;
  return body.map((block, index) => {
    if (block.kind !== 'paragraph' || block.align) return block;
    if (index === onlyAddressee) return { ...block, align: 'flush' };
    const signature = block.text.replace(/\s/g, '') === issuingBody && isDate(body[index + 1]);
    return isDate(block) || signature ? { ...block, align: 'right' } : block;
  });
}
type Head = { title: string; documentNumber: string | null; issuingBody: string };

const isDate = (block: Block | undefined) =>
  block?.kind === 'paragraph' && issueDate.test(block.text.replace(/\s/g, ''));

/** Titles often run over several paragraphs; those that together spell title and number are dropped from the start. */
function withoutRepeatedHead(blocks: Block[], { title, documentNumber, issuingBody }: Head): Block[] {
  const head = new Set([title, documentNumber ?? title, issuingBody, `${issuingBody}文件`].map(bare));
  let joined = '';
  for (let index = 0; index < Math.min(blocks.length, 8); index += 1) {
    const block = blocks[index];
    if (block?.kind !== 'paragraph' && block?.kind !== 'heading') return blocks;
    joined += bare(block.text);
    if (head.has(joined)) {
      const rest = withoutRepeatedHead(blocks.slice(index + 1), { title, documentNumber, issuingBody });
      return rest;
    }
  }
  return blocks;
}
const bare = (text: string) => text.replace(/\s/g, '');
