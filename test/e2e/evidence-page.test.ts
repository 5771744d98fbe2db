import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderEvidence } from '../../services/cli/report/evidence.tsx';
import { launchChromium, withoutChromium } from '../support/chromium.ts';
import { evidenceFixture, richEvidence, vouchedFor } from '../support/evidence.ts';
import { digest, newBundleId } from '../support/release-fixture.ts';

/** A4 without the margins of the report, in CSS pixels. */
const printed = { width: 688, height: 990 };

const bundleId = newBundleId();
const kinds = { plain: evidenceFixture(bundleId), rich: richEvidence(bundleId) };

describe.skipIf(withoutChromium)(`in a browser${withoutChromium ? ` (skipped, ${withoutChromium})` : ''}`, () => {
  let browser: Browser;
  let directory: string;
  beforeAll(async () => {
    [browser, directory] = await Promise.all([launchChromium(), mkdtemp(join(tmpdir(), 'evidence-'))]);
  });
  afterAll(async () => {
    await browser?.close();
    if (directory) await rm(directory, { recursive: true });
  });

  async function open(name: keyof typeof kinds, viewport: { width: number; height: number }) {
    const evidence = kinds[name];
    const verdict = { ok: true as const, size: 99, head: digest('head') };
    const report = { evidence, vouched: vouchedFor(evidence), unbacked: [], rows: [], verdict, checkpoints: 3 };
    const path = join(directory, `${name}.html`);
    await writeFile(path, renderEvidence(report));
    const page = await browser.newPage({ viewport });
    await page.goto(pathToFileURL(path).href);
    return page;
  }

  test.each(['plain', 'rich'] as const)(
    'the summary of a %s bundle is one printed page, the details begin on the next',
    async (name) => {
      const page = await open(name, printed);
      await page.emulateMedia({ media: 'print' });
      const { height, breaks } = await page.evaluate(() => ({
        height: document.querySelector('article')?.getBoundingClientRect().height ?? 0,
        breaks: getComputedStyle(document.querySelector('.details') ?? document.body).breakBefore,
      }));
      expect(height).toBeGreaterThan(100);
      expect(height).toBeLessThan(printed.height);
      expect(breaks).toBe('page');
    },
  );

  test.each([printed.width, 390])('nothing is cut off at %i pixels', async (width) => {
    const page = await open('rich', { width, height: 900 });
    const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(beyond).toBeLessThanOrEqual(0);
  });
});
