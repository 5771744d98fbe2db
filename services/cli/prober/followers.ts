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
 * What the looks say about posts that were not there at the first one. A post is a group of its own and its articles are
 * the pages: they must come at once. Nobody outside knows a post's address beforehand, so what one look shows of it is
 * compared with all that was ever in it.
 */
export function newPostObservations(looks: readonly FollowersLook[]): Observation[] {
  const before = new Set(looks[0]?.posts.keys());
  const articles = new Map<string, Set<string>>();
  for (const { posts } of looks) {
    for (const [id, found] of posts) {
      if (!before.has(id)) articles.set(id, new Set([...(articles.get(id) ?? []), ...found]));
    }
  }
  return looks.flatMap(({ requestedAt, answeredAt, posts }) =>
    [...articles].flatMap(([id, pages]) =>
      [...pages].map((page) => ({
        group: `wechat ${id}`,
        page,
        requestedAt,
        answeredAt,
        visible: posts.get(id)?.has(page) ?? false,
      })),
    ),
  );
}
