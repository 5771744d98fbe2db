import type { ActKind, BundleId } from '../../schemas/bundle.ts';
import type { Validity } from '../../schemas/release.ts';
import type { Day, Instant } from '../../schemas/text.ts';
import { dayInProse, dayInTable, inShanghai } from './dates.ts';
import { escapeMarkup, oneLine } from './escape.ts';

/**
 * Pages are rendered and sealed before T0, but must state what becomes true later: when they were published (PubDate of the
 * page tags, 发布日期), whether the document is valid (有效性), and what later documents did to it. A sealed page holds a
 * slot for each in its place, and the website fills it when it shows the page; `clearSlots` gives the sealed bytes back, so
 * that anyone can check a public page against the sealed digest. See docs/decisions (publication time).
 */
export const slots = {
  minute: '{{PubDate}}',
  day: '{{PublishedOn}}',
  acts: '{{LaterActs}}',
  validity: '{{Validity}}',
} as const;

export const validityName: Record<Validity, string> = {
  'not-yet-effective': '尚未施行',
  'in-force': '有效',
  expiring: '即将失效',
  expired: '失效',
  amended: '已修改',
  abolished: '废止',
};
const actName: Record<ActKind, string> = {
  correct: '更正',
  amend: '修改',
  supersede: '代替',
  abolish: '废止',
  withdraw: '撤回',
};

/** What a later bundle did to the page's one; `title` of the later one, where the site shows it. */
export type LaterAct = { act: ActKind; on: Day; reason: string; byBundleId: BundleId; title: string | null };
export type PageFacts = { committedAt: Instant; validity: Validity; acts: readonly LaterAct[] };

const act = /<p class="act">[^<]*(?:<a href="\/policies\/[0-9a-f-]{36}\/">[^<]*<\/a>[^<]*)?<\/p>/;
const places = [
  {
    slot: slots.minute,
    before: '<meta name="PubDate" content="',
    after: '"',
    value: /\d{4}-\d\d-\d\d \d\d:\d\d/,
    everywhere: true,
  },
  {
    slot: slots.day,
    before: '<time id="published-on">',
    after: '</time>',
    value: /\d{4}年\d\d月\d\d日/,
    everywhere: true,
  },
  {
    slot: slots.acts,
    before: '<div id="later-acts">',
    after: '</div>',
    value: new RegExp(`(?:${act.source})*`),
    everywhere: true,
  },
  {
    slot: slots.validity,
    before: '<span id="validity">',
    after: '</span>',
    value: new RegExp(`(?:${Object.values(validityName).join('|')})`),
    everywhere: false, // only the document's own page has the table
  },
];

const written = (place: (typeof places)[number], value: string) => `${place.before}${value}${place.after}`;

/** Whether text is a sealed page: each slot once, in its place and nowhere else. */
export const hasSlots = (page: string): boolean =>
  places.every((place) => {
    const times = page.split(place.slot).length - 1;
    return (times === 1 && page.includes(written(place, place.slot))) || (times === 0 && !place.everywhere);
  });

/** Text of an author that looks like a slot stays as it is for readers and is none any more for us. */
export const disarmSlots = (html: string): string =>
  html.replace(/\{\{(?=(?:PubDate|PublishedOn|LaterActs|Validity)\}\})/g, '&#123;{');

/** What readers get: `sealed` with its slots filled. Bytes of another media type pass unchanged. */
export function fillSlots(
  sealed: Uint8Array,
  mediaType: string,
  { committedAt, validity, acts }: PageFacts,
): Uint8Array {
  if (!mediaType.startsWith('text/html')) return sealed;
  const { day, minute } = inShanghai(committedAt);
  const page = decode(sealed)
    .replace(slots.minute, `${day} ${minute}`)
    .replace(slots.day, dayInTable(day))
    .replace(slots.validity, validityName[validity])
    .replace(slots.acts, () => acts.map(sentence).join(''));
  return new TextEncoder().encode(page);
}

function sentence({ act: kind, on, reason, byBundleId, title }: LaterAct): string {
  const by = title ? `<a href="/policies/${byBundleId}/">《${escapeMarkup(title)}》</a>` : '后续文件';
  return `<p class="act">${actName[kind]}：本文件自${dayInProse(on)}起由${by}${actName[kind]}。${escapeMarkup(oneLine(reason))}</p>`;
}

/** The sealed bytes of a page that readers got; compare their digest with the sealed one. */
export function clearSlots(shown: Uint8Array, mediaType: string): Uint8Array {
  if (!mediaType.startsWith('text/html')) return shown;
  let page = decode(shown);
  for (const place of places) {
    const pattern = new RegExp(`${place.before}${place.value.source}${place.after}`);
    page = page.replace(pattern, () => written(place, place.slot));
  }
  return new TextEncoder().encode(page);
}

const decode = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
