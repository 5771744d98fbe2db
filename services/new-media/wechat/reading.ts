import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterTypes, parse, parseFragment } from 'parse5';
import type { WeChatPost } from '../../../schemas/wechat.ts';

/** What a reader gets of an article, in a form that survives WeChat's own rewriting of the HTML. */
export type Reading = {
  /** SHA-256 of the visible text without white space. */
  textDigest: string;
  /** Addresses of the pictures, in order. */
  images: string[];
};

/** What the public must find once the post is out; made from the sealed post, never from what WeChat says. */
export type ExpectedArticle = { title: string; contentSourceUrl: string; textDigest: string; imageCount: number };

type Node = DefaultTreeAdapterTypes.Node;
const children = (node: Node): Node[] => ('childNodes' in node ? node.childNodes : []);
const attribute = (node: Node, name: string) =>
  'attrs' in node ? node.attrs.find((one) => one.name === name)?.value : undefined;

function collect(node: Node, texts: string[], images: string[]): void {
  if (node.nodeName === 'script' || node.nodeName === 'style') return;
  if (node.nodeName === '#text' && 'value' in node) texts.push(node.value);
  // Article pages load pictures late: the address is then in data-src.
  if (node.nodeName === 'img') images.push(attribute(node, 'data-src') ?? attribute(node, 'src') ?? '');
  for (const child of children(node)) collect(child, texts, images);
}

function readingOf(node: Node): Reading {
  const texts: string[] = [];
  const images: string[] = [];
  collect(node, texts, images);
  const text = texts.join('').replace(/\s+/gu, '');
  return { textDigest: createHash('sha256').update(text).digest('hex'), images };
}

export const readContent = (html: string): Reading => readingOf(parseFragment(html));

/** Reads the text of an article page (the element `js_content`); undefined if the page shows no article. */
export function readPage(html: string): Reading | undefined {
  const find = (node: Node): Node | undefined => {
    if (attribute(node, 'id') === 'js_content') return node;
    for (const child of children(node)) {
      const found = find(child);
      if (found) return found;
    }
    return undefined;
  };
  const content = find(parse(html));
  return content && readingOf(content);
}

export const expectedArticles = (post: WeChatPost): ExpectedArticle[] =>
  post.articles.map(({ title, contentSourceUrl, content }) => {
    const { textDigest, images } = readContent(content);
    return { title, contentSourceUrl, textDigest, imageCount: images.length };
  });
