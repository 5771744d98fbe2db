import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';

type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.DocumentFragment;

const BLOCK = /^(p|h[1-6]|li|td|th|dt|dd|pre|blockquote|figcaption|caption|table|tr|ul|ol|dl|hr|figure)$/;

/** The mark of a note and the way back from it are made by the converter and belong to no text. */
const isNoteMark = (node: Node): boolean =>
  node.nodeName === 'a' &&
  'attrs' in node &&
  node.attrs.some(({ name, value }) => name === 'href' && /^#(footnote|endnote)-/.test(value));

/** Text of an HTML fragment, one entry for each block that has some; a line break inside is `\n`. */
export function textBlocks(html: string): string[] {
  const blocks: string[] = [];
  let current = '';
  const flush = () => {
    const text = current
      .replace(/[ \t\r\f\n]+/g, ' ')
      .replace(/ ?\u2028 ?/g, '\n')
      .trim();
    current = '';
    if (text !== '') blocks.push(text);
  };
  const visit = (node: Node): void => {
    if (node.nodeName === '#text') {
      current += (node as DefaultTreeAdapterTypes.TextNode).value;
      return;
    }
    if (node.nodeName === 'br') {
      current += '\u2028';
      return;
    }
    if (isNoteMark(node)) return;
    const block = BLOCK.test(node.nodeName);
    if (block) flush();
    if ('childNodes' in node) for (const child of node.childNodes) visit(child);
    if (block) flush();
  };
  visit(parseFragment(html));
  flush();
  return blocks;
}
