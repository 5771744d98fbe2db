import { z } from 'zod';
import { readPosts } from '../../services/cli/prober/followers.ts';
import type { OwnSystem } from './own-system.ts';

const Mails = z.object({
  messages: z.array(z.object({ id: z.number(), mailbox: z.string(), subject: z.string(), suppressed: z.number() })),
});

async function get(url: string) {
  const response = await fetch(url);
  return { status: response.status, text: await response.text() };
}

/** Everything that left the house, counted from outside: posts with their articles, mails, policies on the site. */
export async function countPublic({ wechatUrl, mailUrl, websiteUrl }: OwnSystem) {
  const [posts, mails, home] = await Promise.all([
    get(`${wechatUrl}/followers`),
    get(`${mailUrl}/api/messages`),
    get(`${websiteUrl}/`),
  ]);
  const policies = [...home.text.matchAll(/\/policies\/([0-9a-f-]{36})\/"/g)].map(([, id = '']) => id);
  return { posts: readPosts(posts.text), mails: Mails.parse(JSON.parse(mails.text)).messages, policies };
}
export type Public = Awaited<ReturnType<typeof countPublic>>;

/** What one release added, between two counts. */
export function added(before: Public, after: Public) {
  const known = new Set(before.mails.map(({ id }) => id));
  return {
    articlesPerPost: [...after.posts].filter(([id]) => !before.posts.has(id)).map(([, articles]) => articles.size),
    mailboxes: after.mails
      .filter(({ id }) => !known.has(id))
      .map(({ mailbox }) => mailbox)
      .sort(),
    policies: after.policies.filter((id) => !before.policies.includes(id)),
  };
}
