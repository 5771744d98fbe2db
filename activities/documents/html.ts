import { type DefaultTreeAdapterTypes, parse } from 'parse5';
import type { FileFinding } from './file-finding.ts';
import { numberedLevel } from './heading-level.ts';
import { type ActiveKind, activeFinding, activeKinds, isActiveStyle, isDangerousAddress } from './markup.ts';
import type { Aside, DocumentModel, Paragraph } from './model.ts';
import { tooLarge } from './refusal.ts';

type Node = DefaultTreeAdapterTypes.ChildNode;
type Element = DefaultTreeAdapterTypes.Element;

const BLOCKS = new Set(
  'address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li main menu nav ol optgroup option p pre section summary table tbody td tfoot th thead tr ul'.split(
    ' ',
  ),
);
/** Text that no browser shows. `noscript` is shown where scripts are off, as on the public site. */
const UNSHOWN = new Set([
  'template',
  'datalist',
  'noembed',
  'noframes',
  'audio',
  'video',
  'canvas',
  'object',
  'iframe',
]);
const SPOKEN_ATTRIBUTES = ['alt', 'title', 'aria-label', 'placeholder', 'value', 'content', 'summary', 'data-title'];
const MAX_DEPTH = 400;

const attributesOf = (element: Element): [string, string][] =>
  element.attrs.map(({ prefix, name, value }) => [prefix ? `${prefix}:${name}` : name, value]);

function isHidden(element: Element): boolean {
  const style = (element.attrs.find(({ name }) => name === 'style')?.value ?? '').toLowerCase().replace(/\s/g, '');
  const byStyle =
    /display:none|visibility:(hidden|collapse)|font-size:0(?![.\d])|opacity:0(?![.\d])|clip:rect\(0|text-indent:-\d{3}/.test(
      style,
    );
  return byStyle || UNSHOWN.has(element.tagName) || element.attrs.some(({ name }) => name === 'hidden');
}

const isWhite = (element: Element): boolean => {
  const style = (element.attrs.find(({ name }) => name === 'style')?.value ?? '').toLowerCase().replace(/\s/g, '');
  return /(^|;)color:(#fff(fff)?|white|transparent|rgba?\(255,255,255)/.test(style) && !/background/.test(style);
};

/** Whether a browser would show an element's text, in letters that can be told from their ground. */
export const isShown = (element: Element): boolean => !isHidden(element) && !isWhite(element);

/** Reads HTML (or Markdown rendered to it) as a browser would parse it, and reports what it would do by itself. */
export function readHtml(html: string, part: string, model: DocumentModel): FileFinding[] {
  const active: ActiveKind[] = [];
  let current: { text: string; element: Element; cell: Paragraph['cell']; bold: number; plain: number } | null = null;
  let tables = 0;
  const elements: Element[] = [];

  const aside = (kind: Aside['kind'], text: string, where: string) => {
    const clean = text.replace(/\s+/g, ' ').trim();
    if (clean !== '')
      model.asides.push({
        kind,
        text: clean,
        part: `${part}#${where}`,
        author: null,
        paragraph: model.paragraphs.length || null,
      });
  };
  const flush = () => {
    if (!current) return;
    const text = current.text
      .replace(/[ \t\n\r\f]+/g, ' ')
      .replace(/ ?\u2028 ?/g, '\n')
      .trim();
    const { element, cell, bold, plain } = current;
    current = null;
    if (text === '') return;
    const heading = /^h[1-6]$/.test(element.tagName) ? Number(element.tagName[1]) : null;
    model.paragraphs.push({
      text,
      style: element.tagName,
      headingLevel: cell ? null : (numberedLevel(text) ?? heading),
      numbering: null,
      alignment: null,
      bold: bold > 0 && plain === 0,
      cell,
      pageBreakBefore: false,
    });
  };

  const visit = (
    node: Node,
    depth: number,
    state: { hidden: boolean; white: boolean; bold: boolean; cell: Paragraph['cell']; block: Element | null },
  ) => {
    if (depth > MAX_DEPTH) throw tooLarge(`标签嵌套超过 ${MAX_DEPTH} 层`, `its elements nest deeper than ${MAX_DEPTH}`);
    if (node.nodeName === '#comment')
      return aside('markup-comment', (node as DefaultTreeAdapterTypes.CommentNode).data, 'comment');
    if (node.nodeName === '#text') {
      const text = (node as DefaultTreeAdapterTypes.TextNode).value;
      if (state.hidden) return aside('hidden-text', text, state.block?.tagName ?? 'body');
      if (state.white) return aside('white-text', text, state.block?.tagName ?? 'body');
      if (!state.block) return;
      current ??= { text: '', element: state.block, cell: state.cell, bold: 0, plain: 0 };
      current.text += text;
      if (text.trim() !== '') current[state.bold ? 'bold' : 'plain'] += 1;
      return;
    }
    if (!('tagName' in node)) return;
    const name = node.tagName.toLowerCase();
    elements.push(node);
    const svg = node.namespaceURI.endsWith('svg');
    active.push(...activeKinds(name, attributesOf(node), svg));
    for (const attribute of SPOKEN_ATTRIBUTES) {
      const value = node.attrs.find((each) => each.name === attribute)?.value;
      if (value && !(name === 'meta' && /^[\x20-\x7e]*$/.test(value))) aside('alt-text', value, name);
    }
    if (name === 'script') return;
    if (name === 'style') {
      if (node.childNodes.some((child) => 'value' in child && isActiveStyle(child.value))) active.push('external');
      return;
    }
    if (name === 'title' && !svg) return aside('core-property', textOf(node), 'title');
    if (name === 'br') {
      if (current) current.text += '\u2028';
      return;
    }
    const block = BLOCKS.has(name);
    if (block) flush();
    const next = { ...state };
    next.hidden ||= isHidden(node);
    next.white ||= isWhite(node);
    if (name === 'b' || name === 'strong') next.bold = true;
    if (block) next.block = node;
    const children =
      name === 'template' ? (node as DefaultTreeAdapterTypes.Template).content.childNodes : node.childNodes;
    if (name === 'table') visitTable(node, depth, next);
    else for (const child of children) visit(child, depth + 1, next);
    if (block) flush();
    if (name === 'a') {
      const target = node.attrs.find((each) => each.name === 'href')?.value;
      if (target && !isDangerousAddress(target))
        model.links.push({ target, text: textOf(node), paragraph: model.paragraphs.length || null });
    }
    if (name === 'img') {
      const source = node.attrs.find((each) => each.name === 'src')?.value ?? '';
      const altText = node.attrs.find((each) => each.name === 'alt')?.value ?? null;
      model.images.push({
        part: source.startsWith('data:') ? 'data:' : source.slice(0, 200),
        mediaType: 'unknown',
        width: null,
        height: null,
        bytes: 0,
        altText,
        metadata: {},
        gps: null,
        paragraph: model.paragraphs.length || null,
      });
    }
  };

  const visitTable = (table: Element, depth: number, state: Parameters<typeof visit>[2]) => {
    const index = tables++;
    const rows: Element[] = [];
    const collect = (parent: Element) => {
      for (const child of parent.childNodes) {
        if (!('tagName' in child)) continue;
        if (child.tagName === 'tr') rows.push(child);
        else if (/^(thead|tbody|tfoot)$/.test(child.tagName)) collect(child);
        else visit(child, depth + 1, state);
      }
    };
    collect(table);
    for (const [row, element] of rows.entries()) {
      let column = 0;
      for (const cell of element.childNodes) {
        if (!('tagName' in cell)) continue;
        const span = (name: string) =>
          Math.min(Math.max(Number(cell.attrs.find((each) => each.name === name)?.value) || 1, 1), 200);
        const columnSpan = span('colspan');
        const header = cell.tagName === 'th' && row === 0;
        visit(cell, depth + 2, {
          ...state,
          cell: { table: index, row, column, header, rowSpan: span('rowspan'), columnSpan },
        });
        column += columnSpan;
      }
    }
  };

  for (const node of parse(html).childNodes)
    visit(node, 0, { hidden: false, white: false, bold: false, cell: null, block: null });
  flush();
  demoteTitle(model);
  const finding = activeFinding(active);
  return finding ? [finding] : [];
}

/** A single h1 is the document's title: its sections, h2, are then what 一、 is in an official document. */
function demoteTitle(model: DocumentModel): void {
  const tops = model.paragraphs.filter((paragraph) => paragraph.style === 'h1');
  if (tops.length !== 1) return;
  for (const paragraph of model.paragraphs) {
    if (paragraph.headingLevel === null || numberedLevel(paragraph.text) !== null) continue;
    paragraph.headingLevel = paragraph.style === 'h1' ? null : paragraph.headingLevel - 1;
  }
}

function textOf(node: Node): string {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterTypes.TextNode).value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}
