import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import { clearSlots, disarmSlots, fillSlots, hasSlots, type PageFacts } from '../../activities/rendering/page-slots.ts';
import { ActKind, BundleId } from '../../schemas/bundle.ts';
import { Validity } from '../../schemas/release.ts';

const sealedPage = (body: string) =>
  `<!doctype html><head><meta name="PubDate" content="{{PubDate}}"/></head><div id="later-acts">{{LaterActs}}</div><span id="validity">{{Validity}}</span><time id="published-on">{{PublishedOn}}</time>${disarmSlots(body)}`;
const facts = (committedAt: string, changes: Partial<PageFacts> = {}): PageFacts => ({
  committedAt,
  validity: 'in-force',
  acts: [],
  ...changes,
});
const bytes = (text: string) => new TextEncoder().encode(text);
const instants = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

test('clearing gives the sealed bytes back, for any text and any instant', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), instants, (body, at) => {
      const sealed = bytes(sealedPage(body.replace(/[<&]/g, '')));
      const shown = fillSlots(sealed, 'text/html', facts(at));
      expect(digestOf(clearSlots(shown, 'text/html'))).toBe(digestOf(sealed));
    }),
  );
});

const acts = fc.array(
  fc.record({
    act: fc.constantFrom(...ActKind.options),
    on: fc.constant('2027-01-01'),
    reason: fc.string({ unit: 'grapheme' }),
    byBundleId: fc.uuid().map((id) => BundleId.parse(id)),
    title: fc.option(fc.string({ unit: 'grapheme', minLength: 1 })),
  }),
  { maxLength: 3 },
);

test('whatever later documents did, clearing gives the sealed bytes back, and no text of theirs is markup', () => {
  fc.assert(
    fc.property(acts, fc.constantFrom(...Validity.options), (later, validity) => {
      const sealed = bytes(sealedPage('正文'));
      const shown = fillSlots(sealed, 'text/html', facts('2026-03-09T01:00:00Z', { acts: later, validity }));
      expect(digestOf(clearSlots(shown, 'text/html'))).toBe(digestOf(sealed));
      const tags = new TextDecoder().decode(shown).match(/<[^>]*>/g) ?? [];
      expect(tags.filter((tag) => tag === '<p class="act">')).toHaveLength(later.length);
    }),
  );
});

test('the instant is shown on the wall clock of Asia/Shanghai, padded in the table', () => {
  const shown = new TextDecoder().decode(
    fillSlots(bytes(sealedPage('')), 'text/html', facts('2026-03-08T16:05:59.999Z')),
  );
  expect(shown).toContain('content="2026-03-09 00:05"');
  expect(shown).toContain('>2026年03月09日<');
});

test('any other change of a public page changes its digest', () => {
  const sealed = bytes(sealedPage('最高补助60万元，2026年03月09日起施行'));
  const shown = new TextDecoder().decode(fillSlots(sealed, 'text/html', facts('2026-03-09T01:00:00Z')));
  for (const altered of [
    shown.replace('60', '66'),
    shown.replace('2026年03月09日起', '2026年03月10日起'),
    shown.replace('name="PubDate" content="2026-03-09 09:00"', 'name="PubDate" content=""'),
  ]) {
    expect(digestOf(clearSlots(bytes(altered), 'text/html'))).not.toBe(digestOf(sealed));
  }
});

test('bytes that are no page pass unchanged', () => {
  const picture = bytes('{{PubDate}}');
  expect(fillSlots(picture, 'image/png', facts('2026-03-09T01:00:00Z'))).toBe(picture);
  expect(clearSlots(picture, 'image/png')).toBe(picture);
});

test('a page that lacks a slot, or has one twice, is none to publish', () => {
  expect(hasSlots(sealedPage('甲'))).toBe(true);
  expect(hasSlots(sealedPage('甲').replace('{{PublishedOn}}', ''))).toBe(false);
  expect(hasSlots(`${sealedPage('甲')}{{PubDate}}`)).toBe(false);
});
