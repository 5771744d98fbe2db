import { expect, test } from 'vitest';
import { elements, read } from '../../activities/rendering/html-tree.ts';
import { readOnSentence, toWeChatContent } from '../../activities/rendering/wechat/content.ts';
import { coverLines } from '../../activities/rendering/wechat/cover.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { WeChatPost } from '../../schemas/wechat.ts';
import { exampleBundle, render, websiteUrl, writtenBundle } from '../support/rendering.ts';

const postOf = ({ text }: Awaited<ReturnType<typeof render>>) => WeChatPost.parse(JSON.parse(text('post.json')));

test('document and interpretations are articles of one post, each leading to its page; the press release is none', async () => {
  const bundle = exampleBundle();
  const { articles } = postOf(await render(bundle, 'wechat'));
  const base = `${websiteUrl}/policies/${bundle.manifest.bundleId}/`;
  expect(articles.map(({ contentSourceUrl }) => contentSourceUrl)).toEqual([
    base,
    `${base}interpretation/text/`,
    `${base}interpretation/picture/`,
    `${base}interpretation/qa/`,
  ]);
  expect(articles[0]?.title).toBe(bundle.manifest.variants?.wechat?.shortTitle);
});

test('every picture of the post comes with its bytes, and a post without one gets a drawn cover', async () => {
  const rendered = await render(writtenBundle({ policy: '正文', text: '解读' }), 'wechat');
  const [image, ...more] = postOf(rendered).images;
  expect(more).toEqual([]);
  const cover = rendered.objects.find(({ path }) => path === `images/${image?.digest}.png`);
  expect([...(cover?.bytes.subarray(1, 4) ?? [])]).toEqual([...Buffer.from('PNG')]);
});

test('content is styled inline and holds no class, id, script or link', () => {
  const { content } = toWeChatContent(
    '<h2 id="a" class="annex">一、<a href="https://x.example">甲</a></h2><p class="align-right">乙</p><table><tr><th>丙</th></tr></table>',
  );
  const attributes = elements(read(content)).flatMap(({ attrs }) => attrs.map(({ name }) => name));
  expect(new Set(attributes)).toEqual(new Set(['style']));
  expect(content).toContain('text-align:right');
  expect(content).not.toContain('<a');
});

const section = (number: number, length: number) => `<h2>第${number}章</h2><p>${'字'.repeat(length)}</p>`;

test('a document that fits is whole and says nothing of a longer text', () => {
  const { content, whole } = toWeChatContent(section(1, 9_000) + section(2, 9_000));
  expect(whole).toBe(true);
  expect(content).not.toContain(readOnSentence);
});

test('one that does not fit ends before a section and sends readers to the whole text', () => {
  const { content, whole } = toWeChatContent(section(1, 9_000) + section(2, 9_000) + section(3, 3_000));
  expect(whole).toBe(false);
  expect(content).toContain('第2章');
  expect(content).not.toContain('第3章');
  expect(content.endsWith(`<strong>${readOnSentence}</strong></p></section>`)).toBe(true);
  expect([...content].length).toBeLessThan(20_000);
});

test('a single section that is too long ends between two paragraphs', () => {
  const paragraphs = Array.from({ length: 40 }, (_, at) => `<p>${at}：${'字'.repeat(700)}</p>`).join('');
  const { content } = toWeChatContent(`<h2>一</h2>${paragraphs}`);
  expect(content).toContain(readOnSentence);
  expect(content).toContain('0：字');
  expect([...content].length).toBeLessThan(20_000);
});

test('characters outside the basic plane count as one', () => {
  expect(toWeChatContent(`<p>${'𠮷'.repeat(15_000)}</p>`).whole).toBe(true);
});

test('more than eight articles are refused with what to mend, never left out', async () => {
  const texts = Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`text-${at}`, '解读']));
  await expect(render(writtenBundle({ policy: '正文', ...texts }), 'wechat')).rejects.toSatisfy((error) =>
    isPermanent(error, 'ChannelRefused'),
  );
});

test.each([
  '青禾区支持中小企业节能降碳改造若干措施实施细则全文',
  '青禾区支持中小企业节能降碳改造，最高补助60万元',
  '办法',
])('the cover title %s breaks into lines that lose no character and begin with none that ends a phrase', (title) => {
  const lines = coverLines(title);
  expect(lines.join('')).toBe(title);
  for (const line of lines) {
    expect([...line].length).toBeLessThanOrEqual(13);
    expect(line).not.toMatch(/^[，。：）》]/);
  }
});
