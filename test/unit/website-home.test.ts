import { expect, test } from 'vitest';
import { Validity } from '../../schemas/release.ts';
import { homePage } from '../../services/website/pages.tsx';
import type { Shown } from '../../services/website/site-store.ts';
import { newBundleId } from '../support/release-fixture.ts';

type Live = Extract<Shown, { state: 'live' }>;
const site = { name: '青禾区人民政府网站', domain: 'www.qinghe.example', idCode: '9900010001' };
const released = (title: string, validity: Validity, interpretations: Live['catalogue']['interpretations'] = []) => ({
  bundleId: newBundleId(),
  shows: {
    state: 'live',
    committedAt: '2026-11-24T01:00:00.000Z',
    validity,
    catalogue: { title, documentNumber: null, issuingBody: '青禾区人民政府', interpretations },
  } as unknown as Live,
});
const section = (page: string, id: string) =>
  new RegExp(`<section id="${id}"[\\s\\S]*?</section>`).exec(page)?.[0] ?? '';

test('the list of the home page says of each policy what its own page says of its 有效性', () => {
  const notes = Validity.options.map((validity) => {
    const list = section(homePage(site, [released('办法', validity)]), 'policies');
    return /发布(?:　([^<]*))?<\/p>/.exec(list)?.[1] ?? '有效';
  });
  expect(notes).toEqual(['尚未施行', '有效', '即将失效', '失效', '已修改', '废止']);
});

test('a 公告 is listed among the documents, and not among the interpretations: it has none', () => {
  const interpretation = { item: 'text', title: '解读', form: 'text', path: 'text.html' };
  const page = homePage(site, [released('公告', 'in-force'), released('办法', 'in-force', [interpretation])]);
  expect(section(page, 'policies')).toContain('公告');
  expect(section(page, 'interpretations')).not.toContain('公告');
  expect(section(page, 'interpretations')).toContain('办法');
});
