import { expect, test } from 'vitest';
import { sanitise } from '../../../activities/documents/display/sanitise.ts';
import { launchChromium, withoutChromium } from '../../support/chromium.ts';
import { MARKUP_VECTORS } from '../../support/markup-vectors.ts';

// Needs a browser, which is not installed everywhere; the fixed point of every vector is kept by display.test.ts too.
test.skipIf(withoutChromium)(
  `no vector acts in a real browser, and what it parses is what was judged${withoutChromium ? ` (skipped, ${withoutChromium})` : ''}`,
  { timeout: 120_000 },
  async () => {
    const browser = await launchChromium();
    try {
      const page = await browser.newPage();
      const requests: string[] = [];
      page.on('request', (request) => void requests.push(request.url()));
      const acted = async (markup: string) => {
        await page.goto('about:blank');
        requests.length = 0;
        // No policy of content security here: the markup has to be harmless by itself.
        return page.evaluate(async (html) => {
          let canary = 0;
          window.alert = () => void canary++;
          document.body.innerHTML = html;
          await new Promise((resolve) => setTimeout(resolve, 30));
          for (const link of document.querySelectorAll('a')) link.click();
          await new Promise((resolve) => setTimeout(resolve, 10));
          return { canary, html: document.body.innerHTML };
        }, markup);
      };
      // The canary sings where nothing is done about it.
      expect((await acted('<img src=x onerror=alert(1)>')).canary).toBe(1);
      for (const vector of MARKUP_VECTORS) {
        const clean = sanitise(vector).replaceAll(/ href="http[^"]*"/g, '');
        const result = await acted(clean);
        expect(result, vector).toEqual({ canary: 0, html: clean });
        expect(
          requests.filter((url) => !url.startsWith('lockstep-image:')),
          vector,
        ).toEqual([]);
      }
    } finally {
      await browser.close();
    }
  },
);
