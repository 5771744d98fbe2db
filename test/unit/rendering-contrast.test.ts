import { expect, test } from 'vitest';
import { siteCss } from '../../activities/rendering/website/site-css.ts';

/** Relative luminance and contrast as WCAG 2.2 defines them. */
const luminance = (hex: string) => {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
};
const contrast = (a: string, b: string) => {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
};

const schemes = [...siteCss.matchAll(/:root \{([^}]*)\}/g)].map(([, body = '']) =>
  Object.fromEntries(
    [...body.matchAll(/--([a-z]+): (#[0-9a-f]{6})/g)].map(([, name = '', value = '']) => [name, value]),
  ),
);

test('black on white has the contrast that the standard says', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
});

test.each(['light', 'dark'])('text is readable on every ground of the %s scheme (at least 4.5 : 1)', (name) => {
  const colours = schemes[name === 'light' ? 0 : 1] ?? {};
  expect(Object.keys(colours)).toHaveLength(8);
  for (const text of ['ink', 'quiet', 'link']) {
    for (const ground of ['paper', 'ground', 'tint']) {
      expect(contrast(colours[text] ?? '', colours[ground] ?? ''), `${text} on ${ground}`).toBeGreaterThanOrEqual(4.5);
    }
  }
});
