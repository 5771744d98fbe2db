import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { checkChanges, partChanges } from '../../activities/bundles/part-changes.ts';
import { sealedContent } from '../../activities/bundles/seal.ts';
import { wordDiff } from '../../activities/bundles/word-diff.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import type { Manifest } from '../../schemas/bundle.ts';
import { SealedPart } from '../../schemas/gate.ts';
import { digest, manifestOf, newBundleId } from '../support/release-fixture.ts';

const { gates } = (await loadOfficeConfig(undefined)).gates;
const bundleId = newBundleId();

/** A bundle with one item of every kind that a gate may or may not depend on. */
function contentOf(
  change: (manifest: Manifest) => void = () => {},
  policy: 'publish-rest' | 'hold-all' = 'publish-rest',
) {
  const manifest = structuredClone(
    manifestOf(bundleId, [
      'policy-document',
      'interpretation-plan',
      'interpretation-material',
      'attachment',
      'supporting-document',
    ]),
  );
  const [item] = manifest.items;
  if (!item) throw new Error('no item');
  manifest.items.push({
    ...item,
    id: 'cover',
    role: 'interpretation-material',
    mediaType: 'image/png',
    file: 'cover.png',
  });
  change(manifest);
  const parts = manifest.items.map(({ id, sha256, bytes }) => ({ id, sha256: digest(sha256), bytes }));
  return sealedContent({ manifest, parts, channels: manifest.channels, policy, ruleSet: '1' });
}
const set = (fields: Partial<Manifest>) => (manifest: Manifest) => void Object.assign(manifest, fields);
const touch = (id: string) => (manifest: Manifest) => {
  const item = manifest.items.find((each) => each.id === id);
  if (!item) throw new Error(`no ${id}`);
  item.sha256 = digest(`another ${id}`);
};

/** The oracle of REQUIREMENTS 5.2, written by hand: which decisions fall when one part changes. */
const oracle: [SealedPart, ReturnType<typeof contentOf>, string[]][] = [
  ['policy-document', contentOf(touch('policy-document')), ['political', 'legal', 'secrecy', 'wording']],
  ['interpretation-plan', contentOf(touch('interpretation-plan')), ['political', 'secrecy', 'wording']],
  [
    'interpretation-material',
    contentOf(touch('interpretation-material')),
    ['political', 'legal', 'secrecy', 'wording'],
  ],
  ['attachment', contentOf(touch('attachment')), ['political', 'legal', 'secrecy', 'wording']],
  ['supporting-document', contentOf(touch('supporting-document')), ['legal', 'secrecy']],
  ['picture', contentOf(touch('cover')), ['political', 'secrecy', 'wording']],
  ['metadata', contentOf(set({ issuedOn: '2026-11-03' })), ['political', 'legal', 'secrecy', 'wording']],
  [
    'reviews',
    contentOf((m) => {
      m.reviews.legality = {
        unit: '区司法局',
        date: '2026-11-01',
        conclusion: 'approved',
        item: 'supporting-document',
      };
    }),
    ['legal', 'secrecy'],
  ],
  [
    'acts',
    contentOf(set({ acts: [{ act: 'amend', bundleId: newBundleId(), on: '2027-01-01', reason: '修改' }] })),
    ['political', 'legal', 'secrecy', 'wording'],
  ],
  [
    'variants',
    contentOf(set({ variants: { wechat: { shortTitle: '绿色改造' } } })),
    ['political', 'secrecy', 'wording'],
  ],
  ['channels', contentOf(set({ channels: ['website', 'wechat'] })), ['political', 'legal', 'secrecy', 'wording']],
  ['policy', contentOf(undefined, 'hold-all'), ['political', 'legal', 'secrecy', 'wording']],
];

describe('which decisions a change voids', () => {
  test('the table names every part of a seal', () => {
    expect(oracle.map(([part]) => part).sort()).toEqual([...SealedPart.options].sort());
  });

  test.each(oracle)('%s', async (part, changed, fall) => {
    const before = gateInputs(contentOf(), gates, []);
    const after = gateInputs(changed, gates, []);
    expect(gates.map(({ id }) => id).filter((id) => before[id] !== after[id])).toEqual(fall);
    const changes = await partChanges(contentOf(), changed, gates, async () => []);
    // Variants are proposed from the metadata, channels stand in it: one change may touch two parts, never none.
    expect(changes.map((change) => change.part)).toContain(part);
    expect([...new Set(changes.flatMap(({ voids }) => voids))].sort()).toEqual([...fall].sort());
  });

  test('the bytes that were read count, whatever the manifest says of them', () => {
    const content = contentOf();
    const [before, after] = [content, { ...content, parts: content.parts.map((part) => ({ ...part, bytes: 7 })) }].map(
      (each) => gateInputs(each, gates, []),
    );
    for (const { id } of gates) expect(after?.[id]).not.toBe(before?.[id]);
  });

  test('another rule set voids every decision: what it would have found nobody has seen', () => {
    const [before, after] = [contentOf(), { ...contentOf(), ruleSet: '2' }].map((each) => gateInputs(each, gates, []));
    for (const { id } of gates) expect(after?.[id]).not.toBe(before?.[id]);
    const newer = { content: { ...contentOf(), ruleSet: '2' }, findings: [] };
    const [change, ...more] = checkChanges({ content: contentOf(), findings: [] }, newer, gates, []);
    expect(change).toMatchObject({ part: 'rule-set', voids: gates.map(({ id }) => id) });
    expect(change?.hunks.filter(({ op }) => op !== 'same').map(({ op }) => op)).toEqual(['removed', 'added']);
    expect(more).toEqual([]);
  });

  test('a finding that is new to the reviewer voids the decision of that gate and of no other', () => {
    const finding = {
      ...{ code: 'WRD-TYPO', gate: 'wording', severity: 'warning' as const, item: 'policy-document', source: '字表' },
      location: { where: 'body', quote: '帐户' },
      message: { zh: '错别字', en: 'A typo' },
    };
    const [before, after] = [gateInputs(contentOf(), gates, []), gateInputs(contentOf(), gates, [finding])];
    expect(gates.map(({ id }) => id).filter((id) => before[id] !== after[id])).toEqual(['wording']);
    const [clean, found] = [[], [finding]].map((findings) => ({ content: contentOf(), findings }));
    if (!clean || !found) throw new RangeError('two revisions');
    const [change, ...more] = checkChanges(clean, found, gates, []);
    expect(change).toMatchObject({ part: 'findings', voids: ['wording'] });
    expect(change?.hunks).toContainEqual({ op: 'added', text: expect.stringContaining('错别字') });
    expect(more).toEqual([]);
    expect(checkChanges(found, found, gates, [])).toEqual([]);
    // Where a changed part has voided it already, the part says why.
    const part = {
      part: 'attachment' as const,
      item: 'attachment',
      kind: 'changed' as const,
      hunks: [],
      voids: ['wording'],
    };
    expect(checkChanges(clean, found, gates, [part])).toEqual([]);
  });

  test('nothing changed, nothing falls', async () => {
    expect(gateInputs(contentOf(), gates, [])).toEqual(gateInputs(contentOf(), gates, []));
    expect(await partChanges(contentOf(), contentOf(), gates, async () => [])).toEqual([]);
  });
});

describe('word by word', () => {
  test('a changed figure is one changed word, with the words around it', () => {
    const before = ['一、补助标准', '对符合条件的企业给予最高60万元补助，按季度拨付。'];
    const after = ['一、补助标准', '对符合条件的企业给予最高80万元补助，按季度拨付。'];
    expect(wordDiff(before, after).filter(({ op }) => op !== 'same')).toEqual([
      { op: 'removed', text: '60' },
      { op: 'added', text: '80' },
    ]);
  });

  const paragraphs = fc.array(
    fc.string({ unit: fc.constantFrom('区', '政', '府', '补', '助', '。', '6', '0'), maxLength: 12 }),
    { maxLength: 6 },
  );
  test('what is the same or removed was there before, what is the same or added is there now, in order', () => {
    fc.assert(
      fc.property(paragraphs, paragraphs, (before, after) => {
        const hunks = wordDiff(before, after);
        const pieces = (...ops: string[]) =>
          hunks.filter(({ op }) => ops.includes(op)).flatMap(({ text }) => text.split('…'));
        for (const [text, found] of [
          [before, pieces('same', 'removed')],
          [after, pieces('same', 'added')],
        ] as const) {
          let rest = `${text.join('\n')}\n`;
          for (const piece of found) {
            expect(rest).toContain(piece);
            rest = rest.slice(rest.indexOf(piece) + piece.length);
          }
        }
        expect(hunks.some(({ op }) => op !== 'same')).toBe(
          before.join('\n') !== after.join('\n') || before.length !== after.length,
        );
      }),
    );
  });

  test('two long texts that share nothing are shown whole instead of taking for ever', () => {
    const long = (seed: number) => [
      Array.from({ length: 20_000 }, (_, n) => String.fromCodePoint(0x4e00 + ((n * seed) % 9_000))).join(''),
    ];
    expect(wordDiff(long(7), long(11)).map(({ op }) => op)).toEqual(['removed', 'added']);
  });
});
