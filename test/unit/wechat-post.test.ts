import { describe, expect, test } from 'vitest';
import { placedImages, WeChatPost } from '../../schemas/wechat.ts';

const cover = 'a'.repeat(64);
const figure = 'b'.repeat(64);
const post = (article: object = {}, images = [cover, figure]) =>
  WeChatPost.safeParse({
    articles: [
      {
        title: '标题',
        content: '<p>文</p>',
        contentSourceUrl: 'https://www.qinghe.example/1',
        coverDigest: cover,
        ...article,
      },
    ],
    images: images.map((digest) => ({ digest, mediaType: 'image/png' })),
  });
const messages = (...args: Parameters<typeof post>) => post(...args).error?.issues.map(({ message }) => message) ?? [];

test('counts characters, not UTF-16 halves', () => {
  expect(post({ title: '𠮷'.repeat(32) }).success).toBe(true);
  expect(messages({ title: '𠮷'.repeat(33) })).toEqual([expect.stringContaining('标题有 33 个字，微信最多 32 个字')]);
});

describe('refuses, in Chinese and English', () => {
  test.each([
    ['an empty title', { title: ' ' }, '标题为空'],
    ['a control character', { title: '标\u0007题' }, '控制字符'],
    ['half a surrogate pair', { content: '<p>\ud842</p>' }, '控制字符'],
    ['a long author', { author: '办'.repeat(17) }, '作者有 17 个字'],
    ['a long digest', { digest: '摘'.repeat(129) }, '摘要有 129 个字'],
    ['a content of 20,000 characters', { content: '文'.repeat(20_000) }, '20000'],
    ['a picture that is not listed', { content: `<img src="lockstep-image:${'c'.repeat(64)}">` }, '不在 images 中'],
  ])('%s', (_what, changes, expected) => {
    expect(messages(changes)).toEqual([expect.stringMatching(new RegExp(`${expected}.*[A-Za-z]`))]);
  });
});

test('finds the placed pictures in order, each once', () => {
  const html = `<img src="lockstep-image:${figure}"><img src="lockstep-image:${cover}"><img src="lockstep-image:${figure}">`;
  expect(placedImages(html)).toEqual([figure, cover]);
});
