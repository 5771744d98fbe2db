import { readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sanitise } from '../../../activities/documents/display/sanitise.ts';
import { createToDisplay } from '../../../activities/documents/display.ts';
import { PACKAGE_LIMITS } from '../../../activities/documents/docx/package.ts';
import { readDocument } from '../../../activities/documents/read.ts';
import { openArchive } from '../../../activities/documents/zip.ts';
import { Finding } from '../../../schemas/finding.ts';
import { DOCX, docx, paragraph, run, table } from '../../support/docx.ts';
import { jpegWithPosition, pngOfSize } from '../../support/pictures.ts';
import { rawZip } from '../../support/raw-zip.ts';

// A few hundred in every run; `LOCKSTEP_FUZZ_RUNS=10000` for the whole.
const numRuns = Number(process.env.LOCKSTEP_FUZZ_RUNS ?? 150);
const timeout = 60_000 + numRuns * 100;

const parts = {
  body: `${paragraph('关于补贴的通知', '<w:jc w:val="center"/>')}${table([
    ['档次', '金额'],
    ['甲', '100元'],
  ])}${paragraph(run('机密', '<w:vanish/>'))}${paragraph(`<w:ins w:author="甲">${run('字')}</w:ins>`)}`,
  header: paragraph('页眉'),
  styles:
    '<w:style w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:styleId="b"><w:basedOn w:val="a"/></w:style>',
  numbering:
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>',
  core: '<dc:title>x</dc:title>',
};
const seed = docx(parts);

/** A finding in both languages with a mend, or a model; nothing thrown, whatever the bytes. */
async function readsOrRefuses(mediaType: string, file: string, bytes: Uint8Array) {
  const { model, findings } = await readDocument({ mediaType, file, bytes });
  expect(model !== null || findings.length > 0).toBe(true);
  for (const finding of findings) Finding.parse({ ...finding, item: 'policy' });
}

const changes = (length: number) =>
  fc.array(fc.tuple(fc.nat(length - 1), fc.oneof(fc.nat(255), fc.constantFrom(0, 0x3c, 0x3e, 0x26, 0x22, 0xff))), {
    minLength: 1,
    maxLength: 12,
  });
const mutate = (bytes: Uint8Array, edits: [number, number][]) => {
  const changed = Buffer.from(bytes);
  for (const [at, value] of edits) changed[at % changed.length] = value;
  return changed;
};

test('a .docx with bytes changed or cut is read or refused', { timeout }, async () => {
  const cut = fc.option(fc.nat(seed.length), { nil: seed.length });
  const property = fc.asyncProperty(changes(seed.length), cut, async (edits, end) => {
    await readsOrRefuses(DOCX, 'a.docx', mutate(seed, edits).subarray(0, end));
  });
  await fc.assert(property, { numRuns });
});

test('a .docx with a part changed and packed again is read or refused', { timeout }, async () => {
  const entries = await Promise.all(
    (await openArchive(seed, PACKAGE_LIMITS)).map(async (entry) => ({ name: entry.name, content: await entry.read() })),
  );
  const property = fc.asyncProperty(fc.nat(entries.length - 1), changes(400), async (index, edits) => {
    const changed = entries.map((entry, at) =>
      at === index ? { ...entry, content: mutate(entry.content, edits) } : entry,
    );
    await readsOrRefuses(DOCX, 'a.docx', rawZip(changed));
  });
  await fc.assert(property, { numRuns });
});

const UNSEEN = ['<w:vanish/>', '<w:color w:val="FFFFFF"/>', '<w:sz w:val="2"/>', '<w:rStyle w:val="V"/>'];
/** Runs of a paragraph: words that are seen, and a secret that is not, in any order and nesting. */
const runs = fc
  .array(
    fc.oneof(
      fc.constantFrom('政府', '补贴100元', '，', '', '2026年').map((text) => run(text)),
      fc.constantFrom(...UNSEEN).map((properties) => run('绝密', properties)),
      fc.constant('<w:del w:author="x"><w:r><w:delText>绝密</w:delText></w:r></w:del>'),
      fc.constant('<w:r><w:commentReference w:id="1"/></w:r>'),
      fc.constant(`<w:hyperlink w:anchor="a">${run('链接')}${run('绝密', '<w:vanish/>')}</w:hyperlink>`),
      fc.constant(`<w:sdt><w:sdtContent>${run('控件')}${run('绝密', '<w:vanish/>')}</w:sdtContent></w:sdt>`),
      fc.constant(
        `<mc:AlternateContent><mc:Choice>${run('选择')}</mc:Choice><mc:Fallback>${run('绝密')}</mc:Fallback></mc:AlternateContent>`,
      ),
    ),
    { maxLength: 6 },
  )
  .map((pieces) => paragraph(pieces.join('') || run('')));
const blocks = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: runs },
    { weight: 1, arbitrary: fc.array(fc.tuple(runs, runs), { minLength: 1, maxLength: 3 }).map((rows) => table(rows)) },
  ),
  { maxLength: 6 },
);

test('however hidden text is mixed with other text, it is never shown, and the other is', {
  timeout: timeout * 3,
}, async () => {
  const toDisplay = createToDisplay(async (svg) => svg);
  const property = fc.asyncProperty(blocks, async (pieces) => {
    const bytes = docx({
      body: pieces.join(''),
      styles: '<w:style w:type="character" w:styleId="V"><w:rPr><w:vanish/></w:rPr></w:style>',
      comments: `<w:comment w:id="1">${paragraph('绝密')}</w:comment>`,
    });
    const { html, loss } = await toDisplay({ mediaType: DOCX, file: 'a.docx', bytes, title: '题' });
    expect(html).not.toContain('绝密');
    // Of a choice mammoth shows the fallback; where that says something else, the choice is missing and said to be.
    if (!pieces.join('').includes('选择')) expect(loss).toEqual([]);
  });
  await fc.assert(property, { numRuns: Math.ceil(numRuns / 3) });
});

/** Pieces of WordprocessingML in any order: unbalanced, nested where they may not be, with values that are none. */
const piece = fc.oneof(
  fc.constantFrom(
    '<w:p>',
    '</w:p>',
    '<w:r>',
    '</w:r>',
    '<w:t>',
    '</w:t>',
    '<w:tbl>',
    '</w:tbl>',
    '<w:tr>',
    '</w:tr>',
    '<w:tc>',
    '</w:tc>',
    '<w:txbxContent>',
    '</w:txbxContent>',
    '<w:ins>',
    '</w:ins>',
    '<w:rPr>',
    '</w:rPr>',
    '<w:pPr>',
    '</w:pPr>',
    '<mc:AlternateContent>',
    '</mc:AlternateContent>',
    '<mc:Fallback>',
    '</mc:Fallback>',
    '<w:rPrChange>',
    '</w:rPrChange>',
  ),
  fc
    .constantFrom(
      'vMerge',
      'gridSpan',
      'numId',
      'ilvl',
      'sz',
      'color',
      'fldChar',
      'sym',
      'br',
      'footnoteReference',
      'pStyle',
      'sectPr',
    )
    .chain((name) =>
      fc
        .string({ maxLength: 6 })
        .map(
          (value) =>
            `<w:${name} w:val="${value.replace(/[<&"]/g, '')}" w:fldCharType="end" w:char="${value.replace(/[<&"]/g, '')}"/>`,
        ),
    ),
  fc.constantFrom('机密', 'x', '&amp;'),
);

test('any order of the elements of a document is read or refused', { timeout }, async () => {
  const property = fc.asyncProperty(fc.array(piece, { maxLength: 60 }), async (pieces) => {
    const open: string[] = [];
    const kept = pieces.filter((each) => {
      const closes = /^<\/([\w:]+)>$/.exec(each)?.[1];
      if (closes) return open.at(-1) === closes && open.pop() !== undefined;
      const opens = /^<([\w:]+)>$/.exec(each)?.[1];
      if (opens) open.push(opens);
      return true;
    });
    const body =
      kept.join('') +
      open
        .reverse()
        .map((name) => `</${name}>`)
        .join('');
    await readsOrRefuses(DOCX, 'a.docx', docx({ ...parts, body }));
  });
  await fc.assert(property, { numRuns });
});

test.each<[string, string, Uint8Array]>([
  ['image/jpeg', 'a.jpg', jpegWithPosition()],
  ['image/png', 'a.png', pngOfSize(3, 3)],
  ['image/svg+xml', 'a.svg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><text x="1">字</text></svg>')],
  ['text/html', 'a.html', Buffer.from('<table><tr><td>a<td hidden>b</table><p onclick=x>c</p>')],
  ['text/markdown', 'a.md', Buffer.from('# 题\n\n- a\n\n|a|b|\n|-|-|\n|c|d|\n<b>')],
])('%s with bytes changed is read or refused', { timeout }, async (mediaType, file, bytes) => {
  const property = fc.asyncProperty(changes(bytes.length), (edits) =>
    readsOrRefuses(mediaType, file, mutate(bytes, edits)),
  );
  await fc.assert(property, { numRuns });
});

test('whatever HTML goes in, what comes out of the sanitiser is at rest and has no active attribute', {
  timeout,
}, () => {
  const token = fc.oneof(
    fc.constantFrom(
      '<p>',
      '</p>',
      '<table>',
      '</table>',
      '<td>',
      '<svg>',
      '</svg>',
      '<math>',
      '<mtext>',
      '<style>',
      '</style>',
      '<!--',
      '-->',
      '<a href="',
      '">',
      '<img src=',
      ' onerror=x',
      '<script>',
      '</script>',
      '<noscript>',
      '<template>',
      '<select>',
      '<form>',
      '<li>',
      '<h1>',
      '&lt;',
      '&#x3c;',
      '"',
      "'",
      '>',
      '<',
      '/',
    ),
    fc.string({ maxLength: 5 }),
  );
  const property = fc.property(fc.array(token, { maxLength: 25 }), (tokens) => {
    const clean = sanitise(tokens.join(''));
    expect(sanitise(clean)).toBe(clean);
    expect(clean).not.toMatch(/<(script|svg|math|style|iframe|form|[^>]*\son\w+=)/i);
  });
  fc.assert(property, { numRuns: numRuns * 2 });
});

test('reading leaves no file behind', async () => {
  const before = readdirSync(tmpdir());
  await readsOrRefuses(DOCX, 'a.docx', seed);
  const left = readdirSync(tmpdir()).filter((name) => !before.includes(name) && /docx|mammoth|yauzl|pdf/i.test(name));
  expect(left).toEqual([]);
});
