import { type DefaultTreeAdapterMap, defaultTreeAdapter, html as names, parseFragment, serialize } from 'parse5';

export type Element = DefaultTreeAdapterMap['element'];
export type Node = DefaultTreeAdapterMap['childNode'];
export type Fragment = DefaultTreeAdapterMap['documentFragment'];

/** Display HTML (already sanitised) as a tree; `write` gives HTML back. */
export const read = (html: string): Fragment => parseFragment(html);
export const write = (fragment: Fragment): string => serialize(fragment);

export const isElement = (node: Node): node is Element => 'tagName' in node;
export const childElements = (parent: { childNodes: Node[] }): Element[] => parent.childNodes.filter(isElement);

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

export function setAttribute(element: Element, name: string, value: string | undefined): void {
  element.attrs = element.attrs.filter((each) => each.name !== name);
  if (value !== undefined) element.attrs.push({ name, value });
}

export const create = (tagName: string, attributes: Record<string, string> = {}): Element =>
  defaultTreeAdapter.createElement(
    tagName,
    names.NS.HTML,
    Object.entries(attributes).map(([name, value]) => ({ name, value })),
  );

export function rename(element: Element, tagName: string): void {
  element.tagName = tagName;
  element.nodeName = tagName;
}

export function append(parent: Element | Fragment, child: Node): void {
  defaultTreeAdapter.appendChild(parent, child);
}

/** Puts `wrapper` in the place of `element`, and `element` into it. */
export function wrap(element: Element, wrapper: Element): void {
  if (!element.parentNode) return;
  defaultTreeAdapter.insertBefore(element.parentNode, wrapper, element);
  defaultTreeAdapter.detachNode(element);
  defaultTreeAdapter.appendChild(wrapper, element);
}

/** Every element below `parent`, in document order. Collected first, so that the tree may be changed meanwhile. */
export const elements = (parent: { childNodes: Node[] }): Element[] =>
  childElements(parent).flatMap((element) => [element, ...elements(element)]);

/** Text as a reader sees it, a line break for `<br>`. */
export function textOf(node: Node | Fragment): string {
  if (node.nodeName === '#text') return (node as DefaultTreeAdapterMap['textNode']).value;
  if (node.nodeName === 'br') return '\n';
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}
