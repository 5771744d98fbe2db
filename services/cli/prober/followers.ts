import { type DefaultTreeAdapterMap, parse } from 'parse5';
import type { Observation } from './verdict.ts';

type Node = DefaultTreeAdapterMap['node'];
type Element = DefaultTreeAdapterMap['element'];

/** One look at the follower's list of posts: addresses of the articles of each post. */
export type FollowersLook = {
  requestedAt: number;
  answeredAt: number;
  posts: ReadonlyMap<string, ReadonlySet<string>>;
};

/** Reads the list: every post is an element with `data-article-id`, every article that can be read in it is a link. */
export function readPosts(html: string): Map<string, Set<string>> {
  const posts = new Map<string, Set<string>>();
  walk(parse(html), undefined);
  return posts;

  function walk(node: Node, inside: Set<string> | undefined): void {
    let post = inside;
    if ('attrs' in node) {
      const id = attribute(node, 'data-article-id');
      if (id) {
        post = new Set();
        posts.set(id, post);
      }
      const href = node.tagName === 'a' ? attribute(node, 'href') : undefined;
      if (href) post?.add(href);
    }
    if ('childNodes' in node) for (const child of node.childNodes) walk(child, post);
  }
}

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((each) => each.name === name)?.value;

/**
 * What the looks say about one post: the one with the article at `address` (path and query). Its articles are the pages,
 * and must come at once. The address is known only once it is public, so the looks are kept and judged afterwards; what
 * one look shows is compared with all that was ever in the post. Posts of other releases are nobody's business here.
 */
export function postObservations(looks: readonly FollowersLook[], address: string): Observation[] {
  const articles = new Set([address]);
  const ids = new Set<string>();
  for (const { posts } of looks) {
    for (const [id, found] of posts) {
      if (!found.has(address)) continue;
      ids.add(id);
      for (const article of found) articles.add(article);
    }
  }
  const shown = ({ posts }: FollowersLook, article: string) => [...ids].some((id) => posts.get(id)?.has(article));
  return looks.flatMap((look) =>
    [...articles].map((page) => ({
      group: 'wechat',
      page,
      requestedAt: look.requestedAt,
      answeredAt: look.answeredAt,
      visible: shown(look, page),
    })),
  );
}
