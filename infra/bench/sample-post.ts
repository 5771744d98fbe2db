import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { StagedObject } from '../../schemas/release.ts';
import { WeChatPost } from '../../schemas/wechat.ts';

const pixel = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const paragraph = '各街道办事处应当会同有关部门，按照职责分工抓好落实，并在醒目位置公示服务项目和联系方式。';

/** A made-up post: a document of some pages and two interpretations, with a cover and a picture of 40 kB each. */
export async function samplePost(blobs: Pick<BlobStore, 'put'>): Promise<StagedObject[]> {
  const [cover, figure] = ['cover', 'figure'].map((name) => Buffer.concat([pixel, Buffer.alloc(40_000, name)]));
  if (!cover || !figure) throw new Error('There are two pictures');
  const text = (paragraphs: number) => `<p>${paragraph}</p>`.repeat(paragraphs);
  const article = (title: string, content: string, at: number) => ({
    title,
    content,
    contentSourceUrl: `https://www.qinghe.example/policies/bench/${at}`,
    coverDigest: digestOf(cover),
  });
  const post = WeChatPost.parse({
    articles: [
      article('社区服务设施提升实施方案', text(120), 0),
      article('一图读懂实施方案', `<p><img src="lockstep-image:${digestOf(figure)}" alt="流程图"></p>${text(20)}`, 1),
      article('实施方案问答', text(60), 2),
    ],
    images: [cover, figure].map((bytes) => ({ digest: digestOf(bytes), mediaType: 'image/png' })),
  });
  const files = [
    { path: 'post.json', mediaType: 'application/json', bytes: Buffer.from(JSON.stringify(post)) },
    { path: 'images/cover.png', mediaType: 'image/png', bytes: cover },
    { path: 'images/figure.png', mediaType: 'image/png', bytes: figure },
  ];
  return Promise.all(
    files.map(async ({ bytes, ...file }) => ({
      ...file,
      sha256: await blobs.put(bytes),
      bytes: bytes.length,
      ciphertext: null,
    })),
  );
}
