import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DemoResult } from '../../schemas/cli.ts';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';

// What a reader's browser makes of the released example: the website, and what followers see in WeChat.
describe.skipIf(withoutChromium)(`in a browser${withoutChromium ? ` (skipped, ${withoutChromium})` : ''}`, () => {
  let system: OwnSystem;
  let browser: Browser;
  let visits: Visit[];
  const visitOf = (url: string) => visits.find((visit) => visit.url === url) ?? expect.fail(`${url} was not visited`);
  let policy: string;
  let interpretations: string[];

  beforeAll(async () => {
    [system, browser] = await Promise.all([startOwnSystem(), launchChromium()]);
    const demo = await system.lockstep('demo', '--lead', '2', '--json');
    expect(demo, demo.err).toMatchObject({ code: 0 });
    const { bundleId } = DemoResult.parse(JSON.parse(demo.out));
    policy = `${system.websiteUrl}/policies/${bundleId}/`;
    visits = [];
    for (const start of [`${system.websiteUrl}/`, `${system.wechatUrl}/followers`]) {
      const first = await visit(browser, start);
      visits.push(first);
      for (const url of first.links.filter((link) => /\/(policies|s)\//.test(link)))
        visits.push(await visit(browser, url));
    }
    interpretations = visitOf(policy).links.filter((link) => link.startsWith(`${policy}interpretation/`));
  });
  afterAll(async () => {
    await browser?.close();
    await system?.stop();
  });

  test('home page, policy and interpretations lead to each other, and followers get several articles', () => {
    expect(interpretations.length).toBeGreaterThan(1);
    const policies = visitOf(`${system.websiteUrl}/`).links.filter((link) => link.includes('/policies/'));
    expect(policies.sort()).toEqual([policy, ...interpretations].sort());
    for (const interpretation of interpretations) expect(visitOf(interpretation).links).toContain(policy);
    expect(visits.filter(({ url }) => url.startsWith(`${system.wechatUrl}/s/`)).length).toBeGreaterThan(1);
  });

  test('no page has anything refused by its content security policy, failed or written to the console', () => {
    expect(visits.flatMap(({ url, complaints }) => complaints.map((complaint) => `${url}: ${complaint}`))).toEqual([]);
  });

  test('every page names its language and title, and has one main landmark with one first heading', () => {
    for (const { url, language, title, mains, headings } of visits) {
      const firstHeadings = headings.filter((level) => level === 1).length;
      expect({ language, mains, firstHeadings }, url).toEqual({ language: 'zh-CN', mains: 1, firstHeadings: 1 });
      expect(title, url).not.toBe('');
    }
  });

  test('headings go down one level at a time, so that a screen reader can walk them', () => {
    for (const { url, headings } of visits) {
      const leaps = headings.filter((level, at) => level > (headings[at - 1] ?? 0) + 1);
      expect(leaps, `${url}: ${headings}`).toEqual([]);
    }
  });

  test('every picture is really shown, and has a text in its place or says that it needs none', () => {
    const pictures = visits.flatMap(({ url, pictures: all }) => all.map((picture) => ({ url, ...picture })));
    expect(pictures.length).toBeGreaterThan(0);
    expect(pictures.filter(({ described, shown }) => !described || !shown)).toEqual([]);
  });

  test('no page has to be moved sideways, neither at 200 % nor on a small telephone', () => {
    for (const { url, overhang } of visits) expect(overhang, url).toEqual(widths.map(() => 0));
  });
});

/** 1280 px at 200 % leave 640 CSS px; a small telephone has 320 (WCAG 1.4.4 and 1.4.10). */
const widths = [640, 320];

type Visit = Awaited<ReturnType<typeof visit>>;

/** Opens one page and notes all that the rules above are about. */
async function visit(browser: Browser, url: string) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const complaints: string[] = [];
  page.on('console', (message) => void complaints.push(message.text()));
  page.on('pageerror', (error) => void complaints.push(error.message));
  page.on('requestfailed', (request) => void complaints.push(`${request.url()} failed`));
  page.on('response', (response) => {
    if (response.status() !== 200) complaints.push(`${response.url()} ${response.status()}`);
  });
  await page.goto(url, { waitUntil: 'load' });
  const seen = await page.evaluate(() => ({
    language: document.documentElement.lang,
    title: document.title,
    mains: document.querySelectorAll('main').length,
    headings: [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].map(({ tagName }) => Number(tagName[1])),
    pictures: [...document.images].map((picture) => ({
      src: picture.src,
      described: picture.hasAttribute('alt'),
      shown: picture.naturalWidth > 0,
    })),
    links: [...new Set([...document.querySelectorAll('a')].map(({ href }) => href.replace(/#.*$/, '')))],
  }));
  const overhang: number[] = [];
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    overhang.push(
      await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth),
    );
  }
  await page.close();
  return { url, complaints, ...seen, overhang };
}
