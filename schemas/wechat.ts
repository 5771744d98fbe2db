import { z } from 'zod';
import { Digest } from './text.ts';

/** Characters are counted as WeChat counts them: code points, neither bytes nor UTF-16 halves. */
const characters = (text: string) => [...text].length;

/** One line for people. A control character or half a surrogate pair would reach readers as an escape. */
const line = (field: string, zh: string, limit: number) =>
  z
    .string()
    .trim()
    .refine(
      (text) => text.isWellFormed() && !/\p{Cc}/u.test(text),
      `${zh}含有控制字符。The ${field} has a control character.`,
    )
    .refine((text) => characters(text) <= limit, {
      error: ({ input }) =>
        `${zh}有 ${characters(String(input))} 个字，微信最多 ${limit} 个字，请在渠道版本中写一个短的。The ${field} has ${characters(
          String(input),
        )} characters, WeChat takes ${limit}; give a shorter one in the channel variant.`,
    });

/** One article (图文) of a post. Pictures stand in `content` as `<img src="lockstep-image:SHA256">`. */
export const WeChatArticle = z.strictObject({
  title: line('title', '标题', 32).refine((text) => text !== '', '标题为空。The title is empty.'),
  author: line('author', '作者', 16).optional(),
  /** Shown only when the post has a single article. */
  digest: line('digest', '摘要', 128).optional(),
  content: z
    .string()
    .min(1, '正文为空。The content is empty.')
    .refine(
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
      (html) => html.isWellFormed() && !/[\u0000-\u0008\u000b\u000c\u000e-\u001f]/.test(html),
      '正文含有控制字符。The content has a control character.',
    )
    .refine((html) => characters(html) < 20_000 && new TextEncoder().encode(html).length < 1024 * 1024, {
      error: ({ input }) =>
        `正文有 ${characters(String(input))} 个字符，微信要求少于 20000 个字符且小于 1 MB。The content has ${characters(
          String(input),
        )} characters, WeChat takes fewer than 20,000 and less than 1 MB.`,
    }),
  /** 阅读原文: the page on our own website. Together with the title it is how a post is known again. */
  contentSourceUrl: z
    .url({
      protocol: /^https?$/,
      error: '原文链接须为完整的 http(s) 地址。The source link must be a complete http(s) address.',
    })
    .refine(
      (url) => new TextEncoder().encode(url).length <= 1024,
      '原文链接超过 1 KB。The source link is longer than 1 KB.',
    ),
  coverDigest: Digest,
});
export type WeChatArticle = z.infer<typeof WeChatArticle>;

/** A picture of a post, cover or in the text. Its bytes are in the blob store under `digest`. */
export const WeChatImage = z.strictObject({
  digest: Digest,
  mediaType: z.enum(['image/jpeg', 'image/png', 'image/gif', 'image/bmp']),
});
export type WeChatImage = z.infer<typeof WeChatImage>;

const PLACEHOLDER = /lockstep-image:([0-9a-f]{64})/g;
/** Digests of the pictures that stand in `html`, in their order, each once. */
export const placedImages = (html: string): Digest[] => [
  ...new Set([...html.matchAll(PLACEHOLDER)].map(([, digest]) => Digest.parse(digest))),
];

/** One WeChat post: document and interpretations as articles of one draft, so that the channel is atomic by construction. */
export const WeChatPost = z
  .strictObject({
    articles: z
      .array(WeChatArticle)
      .min(1)
      .max(8, '微信一次最多发布 8 篇图文。WeChat takes at most 8 articles in one post.'),
    images: z.array(WeChatImage),
  })
  .superRefine(({ articles, images }, context) => {
    const known = new Set<string>(images.map(({ digest }) => digest));
    articles.forEach(({ content, coverDigest }, at) => {
      for (const digest of [coverDigest, ...placedImages(content)]) {
        if (known.has(digest)) continue;
        const message = `第 ${at + 1} 篇用到的图片 ${digest.slice(0, 12)}… 不在 images 中。Article ${at + 1} uses picture ${digest.slice(0, 12)}…, which is not in images.`;
        context.addIssue({ code: 'custom', path: ['articles', at], message });
      }
    });
  });
export type WeChatPost = z.infer<typeof WeChatPost>;
