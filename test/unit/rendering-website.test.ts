import { expect, test } from 'vitest';
import { elements, read, textOf } from '../../activities/rendering/html-tree.ts';
import { toPageHtml } from '../../activities/rendering/website/article.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { exampleBundle, render, websiteUrl, writtenBundle } from '../support/rendering.ts';

const bundle = exampleBundle();
const { manifest } = bundle;
const site = await render(bundle, 'website');
const pagePaths = site.objects.filter(({ mediaType }) => mediaType === 'text/html').map(({ path }) => path);
const addressOf = (path: string) => `/policies/${manifest.bundleId}/${path.replace(/index\.html$/, '')}`;

const tagsOf = (html: string) =>
  Object.fromEntries(
    [...html.matchAll(/<meta name="([A-Za-z]+)" content="([^"]*)"/g)].map(([, name, content]) => [name, content]),
  );

test('every page carries the page tags that the rule asks for (国办发〔2017〕47号)', () => {
  const required = [
    'SiteName',
    'SiteDomain',
    'SiteIDCode',
    'ColumnName',
    'ColumnDescription',
    'ColumnKeywords',
    'ColumnType',
  ];
  for (const path of pagePaths) {
    const tags = tagsOf(site.text(path));
    for (const name of [...required, 'ArticleTitle', 'PubDate', 'ContentSource'])
      expect(tags[name], `${path} ${name}`).toBeTruthy();
    expect(tags.ColumnType).toBe(path === 'index.html' ? '政策文件' : '政策解读');
    expect(tags.Url).toBe(websiteUrl + addressOf(path));
  }
});

test('policy and each interpretation link to each other', () => {
  const interpretations = pagePaths.filter((path) => path.startsWith('interpretation/'));
  expect(interpretations).toHaveLength(4);
  for (const path of interpretations) {
    expect(site.text('index.html')).toContain(`href="${addressOf(path)}"`);
    expect(site.text(path)).toContain(`href="${addressOf('index.html')}"`);
  }
});

test('every link and picture of the site leads to an object of the release or to the home page', () => {
  const known = new Set([
    ...site.objects.map(({ path }) => addressOf(path)),
    '/',
    '/assets/site.css',
    '/assets/icon.svg',
  ]);
  for (const path of pagePaths) {
    for (const [, target = ''] of site.text(path).matchAll(/(?:href|src)="([^"#]*)[^"]*"/g)) {
      if (target !== '') expect(known, `${path} → ${target}`).toContain(target);
    }
  }
});

test('neither the plan nor the legal dossier leaves, even if a manifest calls them public', async () => {
  const items = manifest.items.map((item) => ({ ...item, public: true }));
  const { objects } = await render({ ...bundle, manifest: { ...manifest, items } }, 'website');
  expect(objects.map(({ path }) => path).sort()).toEqual(site.objects.map(({ path }) => path).sort());
  const all = objects.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join();
  expect(all).not.toContain('解读方案');
  expect(all).not.toContain('青禾司审');
});

test('the table pads dates, and the number stands in it', () => {
  const facts = textOf(read(/<table class="facts">[\s\S]*?<\/table>/.exec(site.text('index.html'))?.[0] ?? ''));
  for (const words of ['2026年11月18日', '青禾政字〔2026〕31号', '有效性{{Validity}}', '公开方式主动公开'])
    expect(facts).toContain(words);
  expect(facts).toContain('发布日期{{PublishedOn}}');
});

test('the same content gives the same bytes', async () => {
  expect((await render(bundle, 'website')).digests).toEqual(site.digests);
});

test('a page has one h1, headings without gaps, a main, a skip link, alternatives for pictures, headed tables', () => {
  for (const path of pagePaths) {
    const page = elements(read(site.text(path).replace(/^[\s\S]*<body>/, '')));
    const levels = page.flatMap(({ tagName }) => /^h([1-6])$/.exec(tagName)?.[1] ?? []).map(Number);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    levels.forEach((level, at) => {
      expect(level, `${path}: ${levels}`).toBeLessThanOrEqual((levels[at - 1] ?? 1) + 1);
    });
    expect(page.filter(({ tagName }) => tagName === 'main')).toHaveLength(1);
    expect(site.text(path)).toContain('<a class="skip" href="#content">');
    for (const image of page.filter(({ tagName }) => tagName === 'img')) {
      expect(image.attrs.find(({ name }) => name === 'alt')?.value).toBeTruthy();
    }
    for (const table of page.filter(({ tagName }) => tagName === 'table')) {
      expect(elements(table).some(({ tagName }) => tagName === 'th')).toBe(true);
    }
  }
});

test('a picture has its words as text below it', () => {
  const words = manifest.items.find(({ id }) => id === 'picture')?.alternativeText ?? '';
  expect(site.text('interpretation/picture/index.html')).toContain(words);
});

test('a page holds no script, no inline style and nothing from elsewhere', () => {
  for (const path of pagePaths) {
    expect(site.text(path)).not.toMatch(/<script|\sstyle=|\son\w+=|javascript:/i);
    expect([...site.text(path).matchAll(/\ssrc="(?!\/policies\/)/g)]).toEqual([]);
  }
});

test('text that looks like a slot of the publication time is shown as it is and filled by nobody', async () => {
  const { text } = await render(
    writtenBundle({ policy: '写有{{PubDate}}和{{PublishedOn}}的一段。', text: '解读' }),
    'website',
  );
  expect(text('index.html').split('{{PubDate}}')).toHaveLength(2);
  expect(text('index.html')).toContain('写有&#123;{PubDate}}');
});

test('a title that looks like a slot is refused with what to mend', async () => {
  const titled = writtenBundle({ policy: '正文', text: '解读' }, { title: '关于{{PubDate}}的通知' });
  await expect(render(titled, 'website')).rejects.toSatisfy((error) => isPermanent(error, 'BundleIncomplete'));
});

test('a bundle without a public policy document is refused', async () => {
  await expect(render(writtenBundle({ text: '解读' }), 'website')).rejects.toSatisfy((error) =>
    isPermanent(error, 'BundleIncomplete'),
  );
});

test('words of a title are text on the page, whatever signs they hold', async () => {
  const { text } = await render(
    writtenBundle({ policy: '正文', text: '解读' }, { title: '“<b>甲</b>”&乙' }),
    'website',
  );
  expect(text('index.html')).toContain('&lt;b>甲&lt;/b>');
  expect(text('index.html')).not.toContain('<b>甲');
});

test.each([
  ['h3 h3 h5', '<h3>甲</h3><h3>乙</h3><h5>丙</h5>', 'h2 h2 h3'],
  ['h2 h4 h2', '<h2>甲</h2><h4>乙</h4><h2>丙</h2>', 'h2 h3 h2'],
  ['h4 h2 h6', '<h4>甲</h4><h2>乙</h2><h6>丙</h6>', 'h2 h2 h3'],
])('headings %s continue below the page’s own without gaps', (_name, html, expected) => {
  const made = toPageHtml(html, { title: '', addressOf: () => '', official: false });
  expect(
    elements(read(made))
      .map(({ tagName }) => tagName)
      .join(' '),
  ).toBe(expected);
});
