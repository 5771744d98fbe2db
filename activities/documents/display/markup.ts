import { type DefaultTreeAdapterTypes, parse, serialize } from 'parse5';
import { type DisplayImage, publicImage } from './image.ts';
import type { Loss } from './loss.ts';
import { IMAGE_SCHEME } from './sanitise.ts';

type Parent = DefaultTreeAdapterTypes.ParentNode;
type Element = DefaultTreeAdapterTypes.Element;

/**
 * HTML of a material, ready to be sanitised: hidden elements are taken out, pictures inside become display images, and
 * headings move down a level where the material has a title of its own, as the page has one.
 */
export function prepareMarkup(
  html: string,
  isHidden: (element: Element) => boolean,
  title: string,
): { html: string; images: DisplayImage[]; loss: Loss[] } {
  const document = parse(html);
  const body = document.childNodes
    .flatMap((node) => ('childNodes' in node ? node.childNodes : []))
    .find((node) => node.nodeName === 'body') as Element | undefined;
  if (!body) return { html: '', images: [], loss: [] };
  const images: DisplayImage[] = [];
  const loss: Loss[] = [];
  const elements: Element[] = [];
  const visit = (parent: Parent) => {
    parent.childNodes = parent.childNodes.filter((node) => !('tagName' in node) || !isHidden(node));
    for (const node of parent.childNodes) {
      if (!('tagName' in node)) continue;
      elements.push(node);
      if (node.tagName === 'img') replaceSource(node, title, images, loss);
      visit(node);
    }
  };
  visit(body);
  const shift = elements.some(({ tagName }) => tagName === 'h1') ? 1 : 0;
  for (const element of elements) {
    const level = /^h([1-6])$/.exec(element.tagName);
    if (level) rename(element, `h${Math.min(Number(level[1]) + shift, 6)}`);
  }
  return { html: serialize(body), images, loss };
}

const rename = (element: Element, name: string) => {
  element.tagName = name;
  element.nodeName = name;
};

/** Only a picture that the material carries itself can be published; one that is loaded from elsewhere is left out. */
function replaceSource(element: Element, title: string, images: DisplayImage[], loss: Loss[]): void {
  const attribute = (name: string) => element.attrs.find((each) => each.name === name)?.value;
  const data = /^data:image\/(?:png|jpeg);base64,([A-Za-z0-9+/=\s]+)$/.exec(attribute('src') ?? '');
  const image = data?.[1] ? publicImage(Buffer.from(data[1], 'base64'), attribute('alt') ?? title) : null;
  if (!image) {
    loss.push({ kind: 'dropped', text: `[${attribute('alt') ?? 'image'}]` });
    element.attrs = [];
    return;
  }
  images.push(image);
  element.attrs = [
    { name: 'src', value: `${IMAGE_SCHEME}:${image.sha256}` },
    { name: 'alt', value: image.alt },
  ];
}
