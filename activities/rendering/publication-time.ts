import type { Instant } from '../../schemas/text.ts';
import { dayInTable, inShanghai } from './dates.ts';

/**
 * Pages are rendered and sealed before T0, but must state when they were published (PubDate of the page tags,
 * 发布日期 of the table). A sealed page therefore holds each of these once, and the website writes the commit instant
 * into their place; `clearPublicationTime` gives the sealed bytes back, so that anyone can check a public page against
 * the sealed digest. See docs/decisions (publication time).
 */
export const publicationSlots = { minute: '{{PubDate}}', day: '{{PublishedOn}}' } as const;

const places = [
  {
    slot: publicationSlots.minute,
    before: '<meta name="PubDate" content="',
    after: '"',
    value: /\d{4}-\d\d-\d\d \d\d:\d\d/,
  },
  { slot: publicationSlots.day, before: '<time id="published-on">', after: '</time>', value: /\d{4}年\d\d月\d\d日/ },
];

const written = (place: (typeof places)[number], value: string) => `${place.before}${value}${place.after}`;

/** Whether text is a sealed page: each slot once, in its place and nowhere else. */
export const hasPublicationSlots = (page: string): boolean =>
  places.every((place) => page.split(place.slot).length === 2 && page.includes(written(place, place.slot)));

/** Text of an author that looks like a slot stays as it is for readers and is none any more for us. */
export const disarmSlots = (html: string): string =>
  html.replaceAll('{{PubDate}}', '&#123;{PubDate}}').replaceAll('{{PublishedOn}}', '&#123;{PublishedOn}}');

/** What readers get: `sealed` with the commit instant in its slots. Bytes of another media type pass unchanged. */
export function fillPublicationTime(sealed: Uint8Array, mediaType: string, committedAt: Instant): Uint8Array {
  if (!mediaType.startsWith('text/html')) return sealed;
  const { day, minute } = inShanghai(committedAt);
  const page = decode(sealed)
    .replace(publicationSlots.minute, `${day} ${minute}`)
    .replace(publicationSlots.day, dayInTable(day));
  return new TextEncoder().encode(page);
}

/** The sealed bytes of a page that readers got; compare their digest with the sealed one. */
export function clearPublicationTime(shown: Uint8Array, mediaType: string): Uint8Array {
  if (!mediaType.startsWith('text/html')) return shown;
  let page = decode(shown);
  for (const place of places) {
    const pattern = new RegExp(`${place.before}${place.value.source}${place.after}`);
    page = page.replace(pattern, () => written(place, place.slot));
  }
  return new TextEncoder().encode(page);
}

const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
