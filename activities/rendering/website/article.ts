import {
  attribute,
  childElements,
  create,
  elements,
  read,
  rename,
  setAttribute,
  textOf,
  wrap,
  write,
} from '../html-tree.ts';

export type PageHtmlOptions = {
  title: string;
  addressOf: (sha256: string) => string;
  /** A 公文, whose 主送机关 stands flush left while other paragraphs are indented (GB/T 9704). */
  official: boolean;
};

/**
 * Display HTML as it stands in a page: headings continue below the page's own without gaps, tables can be scrolled by
 * keyboard on a phone, pictures have their public address. A heading that only repeats the page's own is left out.
 */
export function toPageHtml(html: string, { title, addressOf, official }: PageHtmlOptions): string {
  const fragment = read(html);
  dropRepeatedTitle(fragment, title);
  if (official) keepAddresseeFlush(fragment);
  continueHeadings(fragment);
  for (const element of elements(fragment)) {
    if (element.tagName === 'table') {
      const caption = elements(element).find(({ tagName }) => tagName === 'caption');
      const label = caption ? textOf(caption).trim() : '表格';
      wrap(element, create('div', { class: 'sheet', role: 'region', 'aria-label': label, tabindex: '0' }));
    }
    if (element.tagName === 'th' && !attribute(element, 'scope')) setAttribute(element, 'scope', 'col');
    if (element.tagName === 'img') {
      const sha256 = /^lockstep-image:([0-9a-f]{64})$/.exec(attribute(element, 'src') ?? '')?.[1];
      if (sha256) setAttribute(element, 'src', addressOf(sha256));
      if (attribute(element, 'alt') === undefined) setAttribute(element, 'alt', '');
    }
  }
  return write(fragment);
}

/** The page has the only h1. Below it levels go down one at a time, whatever the author's styles said. */
function continueHeadings(fragment: ReturnType<typeof read>): void {
  const open: number[] = []; // the author's levels above the current place
  for (const element of elements(fragment)) {
    const level = Number(/^h([1-6])$/.exec(element.tagName)?.[1]);
    if (!level) continue;
    while (open.length > 0 && (open.at(-1) ?? 0) >= level) open.pop();
    open.push(level);
    rename(element, `h${Math.min(open.length + 1, 6)}`);
  }
}

function dropRepeatedTitle(fragment: ReturnType<typeof read>, title: string): void {
  const [first] = childElements(fragment);
  if (first && /^h[1-6]$/.test(first.tagName) && textOf(first).replace(/\s/g, '') === title.replace(/\s/g, '')) {
    fragment.childNodes.splice(fragment.childNodes.indexOf(first), 1);
  }
}

function keepAddresseeFlush(fragment: ReturnType<typeof read>): void {
  const head = childElements(fragment).slice(0, 8);
  const addressee = head.find((element) => element.tagName === 'p' && /：\s*$/.test(textOf(element)));
  if (addressee && attribute(addressee, 'class') === undefined) setAttribute(addressee, 'class', 'flush');
}
