import fc from 'fast-check';
import { expect, test } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import {
  clearPublicationTime,
  disarmSlots,
  fillPublicationTime,
  hasPublicationSlots,
} from '../../activities/rendering/publication-time.ts';

const sealedPage = (body: string) =>
  `<!doctype html><head><meta name="PubDate" content="{{PubDate}}"/></head><time id="published-on">{{PublishedOn}}</time>${disarmSlots(body)}`;
const bytes = (text: string) => new TextEncoder().encode(text);
const instants = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2099-12-30T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

test('clearing gives the sealed bytes back, for any text and any instant', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), instants, (body, at) => {
      const sealed = bytes(sealedPage(body.replace(/[<&]/g, '')));
      const shown = fillPublicationTime(sealed, 'text/html', at);
      expect(digestOf(clearPublicationTime(shown, 'text/html'))).toBe(digestOf(sealed));
    }),
  );
});

test('the instant is shown on the wall clock of Asia/Shanghai, padded in the table', () => {
  const shown = new TextDecoder().decode(
    fillPublicationTime(bytes(sealedPage('')), 'text/html', '2026-03-08T16:05:59.999Z'),
  );
  expect(shown).toContain('content="2026-03-09 00:05"');
  expect(shown).toContain('>2026年03月09日<');
});

test('any other change of a public page changes its digest', () => {
  const sealed = bytes(sealedPage('最高补助60万元，2026年03月09日起施行'));
  const shown = new TextDecoder().decode(fillPublicationTime(sealed, 'text/html', '2026-03-09T01:00:00Z'));
  for (const altered of [
    shown.replace('60', '66'),
    shown.replace('2026年03月09日起', '2026年03月10日起'),
    shown.replace('name="PubDate" content="2026-03-09 09:00"', 'name="PubDate" content=""'),
  ]) {
    expect(digestOf(clearPublicationTime(bytes(altered), 'text/html'))).not.toBe(digestOf(sealed));
  }
});

test('bytes that are no page pass unchanged', () => {
  const picture = bytes('{{PubDate}}');
  expect(fillPublicationTime(picture, 'image/png', '2026-03-09T01:00:00Z')).toBe(picture);
  expect(clearPublicationTime(picture, 'image/png')).toBe(picture);
});

test('a page that lacks a slot, or has one twice, is none to publish', () => {
  expect(hasPublicationSlots(sealedPage('甲'))).toBe(true);
  expect(hasPublicationSlots(sealedPage('甲').replace('{{PublishedOn}}', ''))).toBe(false);
  expect(hasPublicationSlots(`${sealedPage('甲')}{{PubDate}}`)).toBe(false);
});
