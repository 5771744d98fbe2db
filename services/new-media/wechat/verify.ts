import { request } from '../../../infra/http/request.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { NewsItem } from './answers.ts';
import type { DeliveryDeps } from './ports.ts';
import { type ExpectedArticle, readContent, readPage } from './reading.ts';
import { refusedWith } from './refusal.ts';

/** Where the public result differs from what was signed off; `idx` counts from 1, 0 is the whole post. */
export type Difference = { idx: number; what: Bilingual };
export type Verification = { verified: true; textDigests: string[] } | { verified: false; differences: Difference[] };

const difference = (idx: number, zh: string, en: string): Difference => ({ idx, what: { zh, en } });

/**
 * Reads the post back twice, by API and as the public reads it, and compares both with the sealed post. Throws only where
 * it cannot be read at all.
 */
export async function verifyArticle(
  articleId: string,
  expected: ExpectedArticle[],
  deps: DeliveryDeps,
): Promise<Verification> {
  const items = await deps.client.getArticle(articleId);
  if (!items)
    return { verified: false, differences: [difference(0, '微信查不到这条发布', 'WeChat does not know this post')] };
  const differences: Difference[] = [];
  if (items.length !== expected.length) {
    differences.push(
      difference(
        0,
        `应有 ${expected.length} 篇，实有 ${items.length} 篇`,
        `Expected ${expected.length} articles, found ${items.length}`,
      ),
    );
  }
  for (const [at, wanted] of expected.entries()) {
    const item = items[at];
    if (item) differences.push(...compare(at + 1, item, wanted), ...(await comparePage(at + 1, item, wanted, deps)));
  }
  return differences.length === 0
    ? { verified: true, textDigests: expected.map(({ textDigest }) => textDigest) }
    : { verified: false, differences };
}

function compare(idx: number, item: NewsItem, wanted: ExpectedArticle): Difference[] {
  if (item.is_deleted) return [difference(idx, '文章已被删除', 'The article was deleted')];
  const { textDigest, images } = readContent(item.content);
  const found: Difference[] = [];
  if (item.title !== wanted.title) found.push(difference(idx, '标题不一致', 'The title differs'));
  if (item.content_source_url !== wanted.contentSourceUrl)
    found.push(difference(idx, '原文链接不一致', 'The source link differs'));
  if (textDigest !== wanted.textDigest) found.push(difference(idx, '正文不一致', 'The text differs'));
  if (images.length !== wanted.imageCount) {
    found.push(
      difference(
        idx,
        `图片应有 ${wanted.imageCount} 张，实有 ${images.length} 张`,
        `Expected ${wanted.imageCount} pictures, found ${images.length}`,
      ),
    );
  }
  return found;
}

async function comparePage(
  idx: number,
  { url, is_deleted }: NewsItem,
  wanted: ExpectedArticle,
  deps: DeliveryDeps,
): Promise<Difference[]> {
  if (is_deleted) return [];
  // The address comes from outside: only the hosts of WeChat are asked, whatever an answer says.
  const address = URL.parse(url);
  if (!address || !deps.articleOrigins.includes(address.origin)) {
    return [
      difference(
        idx,
        `文章地址不在允许的主机上：${url}`,
        `The article's address is on a host that is not allowed: ${url}`,
      ),
    ];
  }
  const page = await request({ url: address, timeoutMs: 15_000 });
  const reading = page.status === 200 ? readPage(page.text()) : undefined;
  if (!reading) return [difference(idx, '公开页面没有这篇文章', 'The public page does not show the article')];
  return reading.textDigest === wanted.textDigest
    ? []
    : [difference(idx, '公开页面的正文不一致', 'The text on the public page differs')];
}

/** `absent`: WeChat does not know such a post. */
export async function articleState(
  articleId: string,
  { client }: Pick<DeliveryDeps, 'client'>,
): Promise<'public' | 'deleted' | 'absent'> {
  const items = await client.getArticle(articleId);
  if (!items) return 'absent';
  return items.every(({ is_deleted }) => is_deleted) ? 'deleted' : 'public';
}

/**
 * Withdraws a published post; WeChat cannot undo it. A post that is gone already is withdrawn, and only what WeChat says
 * afterwards counts, so a lost answer is repeated without harm.
 */
export async function deleteArticle(articleId: string, deps: DeliveryDeps): Promise<'deleted' | 'already-gone'> {
  const gone = async () => (await articleState(articleId, deps)) !== 'public';
  if (await gone()) return 'already-gone';
  try {
    await deps.client.deleteArticle(articleId);
  } catch (error) {
    if (!refusedWith(error, 53600)) throw error; // 53600: another withdrawal was faster
  }
  if (await gone()) return 'deleted';
  throw new Error(`WeChat 仍显示已删除的文章 ${articleId}。WeChat still shows the deleted post ${articleId}.`);
}
