import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';
import { annexNumbers } from './annex-list.ts';

type Element = DefaultTreeAdapterTypes.Element;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/**
 * Finishes sanitised HTML for readers of every kind: header cells say what they head, a cell of one paragraph has no
 * paragraph, annexes and the lines that name them are linked.
 */
export function finish(html: string): string {
  const root = parseFragment(html);
  const annexes = new Map<string, Element>();
  const visit = (parent: Parent, section: string) => {
    for (const node of parent.childNodes) {
      if (!('tagName' in node)) continue;
      if (node.tagName === 'th' && !node.attrs.some(({ name }) => name === 'scope')) {
        node.attrs.push({ name: 'scope', value: section === 'thead' ? 'col' : 'row' });
      }
      if (node.tagName === 'th' || node.tagName === 'td') unwrapOnly(node);
      if (node.tagName === 'h2' && node.attrs.some(({ name, value }) => name === 'class' && value.includes('annex'))) {
        const number = /[0-9]+/.exec(textOf(node).normalize('NFKC'))?.[0] ?? '1';
        if (!annexes.has(number)) {
          annexes.set(number, node);
          node.attrs.push({ name: 'id', value: `annex-${number}` });
        }
      }
      visit(node, parent.nodeName);
    }
  };
  visit(root, '');
  if (annexes.size > 0) linkAnnexes(root, annexes);
  return serialize(root);
}

function unwrapOnly(cell: Element): void {
  const [only] = cell.childNodes;
  if (cell.childNodes.length !== 1 || !only || !('tagName' in only) || only.tagName !== 'p') return;
  cell.childNodes = only.childNodes;
  for (const child of cell.childNodes) child.parentNode = cell;
}

function linkAnnexes(root: Parent, annexes: Map<string, Element>): void {
  const paragraphs = root.childNodes.filter((node): node is Element => 'tagName' in node && node.tagName === 'p');
  for (const [at, number] of annexNumbers(paragraphs.map(textOf)).entries()) {
    const paragraph = paragraphs[at];
    if (paragraph && number !== null && annexes.has(number)) wrapInLink(paragraph, `#annex-${number}`);
  }
}

function wrapInLink(paragraph: Element, href: string): void {
  if (JSON.stringify(paragraph.childNodes.map((node) => node.nodeName)).includes('"a"')) return;
  const link = parseFragment('<a></a>').childNodes[0] as Element;
  link.attrs.push({ name: 'href', value: href });
  link.childNodes = paragraph.childNodes;
  for (const child of link.childNodes) child.parentNode = link;
  link.parentNode = paragraph;
  paragraph.childNodes = [link];
}

function textOf(node: DefaultTreeAdapterTypes.Node): string {
  if ('value' in node && node.nodeName === '#text') return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}
