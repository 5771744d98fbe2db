import {
  append,
  attribute,
  create,
  elements,
  isElement,
  type Node,
  read,
  setAttribute,
  textOf,
  write,
} from '../html-tree.ts';

/** WeChat takes fewer than 20,000 characters; the rest is left for the longer picture addresses it gives us. */
const budget = 19_000;
const perPicture = 120;
export const readOnSentence = '全文请点击“阅读原文”。';

// WeChat keeps inline styles only. Few and short ones: they count as characters of the article.
const styles: Record<string, string> = {
  p: 'margin:0 0 1em',
  h1: 'font-size:18px;margin:1.4em 0 .6em',
  h2: 'font-size:18px;margin:1.4em 0 .6em',
  h3: 'font-size:17px;margin:1.2em 0 .5em',
  h4: 'font-size:16px;margin:1em 0 .4em',
  table: 'border-collapse:collapse;width:100%;margin:0 0 1em;font-size:14px',
  th: 'border:1px solid #ccd3db;padding:4px 6px;background:#f2f6fb',
  td: 'border:1px solid #ccd3db;padding:4px 6px',
  img: 'max-width:100%',
  ul: 'margin:0 0 1em;padding-left:1.4em',
  ol: 'margin:0 0 1em;padding-left:1.4em',
};
const kept = new Set(['colspan', 'rowspan', 'start', 'src', 'alt']);
const frame = 'font-size:16px;line-height:1.8;color:#1c2430;text-align:justify';

/**
 * Display HTML as the content of an article. One that is too long ends before a section (or, in a section that is
 * too long by itself, before a block) with the sentence that sends readers to the whole text: never cut silently.
 */
export function toWeChatContent(html: string): { content: string; whole: boolean } {
  const blocks = topBlocks(html).map((node) => {
    dress(node);
    const text = markup(node);
    const pictures = text.split('lockstep-image:').length - 1;
    return { text, heading: /^h[1-6]$/.test(node.nodeName), cost: [...text].length + pictures * perPicture };
  });
  const taken = fitting(blocks, budget - frame.length - readOnSentence.length - 100);
  const whole = taken === blocks.length;
  const end = whole ? '' : `<p style="${styles.p}"><strong>${readOnSentence}</strong></p>`;
  const body = blocks.slice(0, taken).map(({ text }) => text);
  return { content: `<section style="${frame}">${body.join('')}${end}</section>`, whole };
}

/** How many blocks to take: all, or up to the last section boundary that fits, or up to the last block that does. */
function fitting(blocks: { heading: boolean; cost: number }[], room: number): number {
  let used = 0;
  let boundary = 0;
  for (const [index, { heading, cost }] of blocks.entries()) {
    if (heading) boundary = index;
    used += cost;
    if (used > room) return boundary > 0 ? boundary : index;
  }
  return blocks.length;
}

/** Blocks of the document, out of whatever wraps them. A list or table is one block. */
function topBlocks(html: string): Node[] {
  const unwrap = (nodes: Node[]): Node[] =>
    nodes.flatMap((node) => {
      if (!isElement(node)) return textOf(node).trim() ? [node] : [];
      return ['div', 'section', 'article', 'figure', 'blockquote'].includes(node.tagName)
        ? unwrap(node.childNodes)
        : [node];
    });
  return unwrap(read(html).childNodes);
}

function dress(node: Node): void {
  if (!isElement(node)) return;
  for (const element of [node, ...elements(node)]) {
    const align = /\b(center|right)\b/.exec(attribute(element, 'class') ?? '')?.[1];
    element.attrs = element.attrs.filter(({ name }) => kept.has(name));
    const style = [styles[element.tagName], align ? `text-align:${align}` : undefined].filter(Boolean).join(';');
    if (style) setAttribute(element, 'style', style);
    if (element.tagName === 'a') {
      element.tagName = 'span'; // WeChat drops links to other places; the words stay
      element.nodeName = 'span';
    }
  }
}

function markup(node: Node): string {
  const holder = create('div');
  append(holder, node);
  return write(holder as never);
}
