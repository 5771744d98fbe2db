import { type DefaultTreeAdapterTypes, parseFragment, serialize } from 'parse5';

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

/** 附件说明: 「附件：1．名称」 and the lines below it with the following numbers (GB/T 9704—2012 7.3.4). */
function linkAnnexes(root: Parent, annexes: Map<string, Element>): void {
  let expected = 0;
  for (const node of root.childNodes) {
    if (!('tagName' in node) || node.tagName !== 'p') continue;
    const text = textOf(node).normalize('NFKC').trim();
    const first = /^附件:\s*(?:([0-9]{1,2})\s*[.、])?/.exec(text);
    const following = expected > 1 ? /^([0-9]{1,2})\s*[.、]/.exec(text) : null;
    const number = first ? (first[1] ?? '1') : following?.[1];
    if (number === undefined || (!first && Number(number) !== expected)) {
      if (text !== '') expected = 0;
      continue;
    }
    expected = Number(number) + 1;
    if (annexes.has(number)) wrapInLink(node, `#annex-${number}`);
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
