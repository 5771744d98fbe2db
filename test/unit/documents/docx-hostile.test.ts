import { describe, expect, test } from 'vitest';
import { readDocument } from '../../../activities/documents/read.ts';
import { DOCX, type DocxParts, docx, paragraph, run } from '../../support/docx.ts';
import { rawZip } from '../../support/raw-zip.ts';

const codes = async (bytes: Uint8Array) => {
  const { model, findings } = await readDocument({ mediaType: DOCX, file: 'policy.docx', bytes });
  return { codes: findings.map(({ code }) => code), model, text: JSON.stringify(findings) };
};
const body = paragraph('正文');
/** Does not compress away. */
const MARKS = Array.from({ length: 90 }, (_, index) => (index * 7919).toString(36)).join('');
const field = (code: string) =>
  paragraph(
    `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>${code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r>`,
  );
const external = (type: string): DocxParts => ({
  body,
  relations: [{ id: 'x', type, target: 'http://loaded.example/x', external: true }],
});

test.each<[what: string, code: string, parts: DocxParts]>([
  [
    'a macro project',
    'FILE-MACRO',
    { body, more: { 'word/vbaProject.bin': { type: 'application/vnd.ms-office.vbaProject', content: 'x' } } },
  ],
  [
    'a macro project under another name',
    'FILE-MACRO',
    {
      body,
      relations: [{ id: 'm', type: 'vbaProject', target: 'x.bin' }],
      more: { 'word/x.bin': { type: 'application/octet-stream', content: 'x' } },
    },
  ],
  [
    'a control',
    'FILE-MACRO',
    { body, more: { 'word/activeX/activeX1.xml': { type: 'application/vnd.ms-office.activeX+xml', content: '<a/>' } } },
  ],
  ['a remote template', 'FILE-EXTERNAL-REF', external('attachedTemplate')],
  ['a linked picture', 'FILE-EXTERNAL-REF', external('image')],
  ['a linked object', 'FILE-EXTERNAL-REF', external('oleObject')],
  ['a frame', 'FILE-EXTERNAL-REF', external('frame')],
  [
    'an address that does not say it is external',
    'FILE-EXTERNAL-REF',
    { body, relations: [{ id: 'x', type: 'image', target: 'file:///etc/passwd' }] },
  ],
  [
    'a share on another machine',
    'FILE-EXTERNAL-REF',
    { body, relations: [{ id: 'x', type: 'image', target: '\\\\loaded.example\\x.png' }] },
  ],
  ['an imported chunk', 'FILE-EXTERNAL-REF', { body: `${body}<w:altChunk/>` }],
  ['DDE', 'FILE-EXTERNAL-REF', { body: field(' DDEAUTO c:\\\\x.exe "loaded.example" ') }],
  ['DDE split over runs', 'FILE-EXTERNAL-REF', { body: field(' D</w:instrText></w:r><w:r><w:instrText>DE x') }],
  [
    'an included picture in a simple field',
    'FILE-EXTERNAL-REF',
    { body: paragraph(`<w:fldSimple w:instr="INCLUDEPICTURE http://loaded.example/x">${run('x')}</w:fldSimple>`) },
  ],
  ['nesting without end', 'FILE-TOO-LARGE', { body: '<w:sdt>'.repeat(300) + '</w:sdt>'.repeat(300) }],
  ['more rows than any table has', 'FILE-TOO-LARGE', { body: `<w:tbl>${'<w:tr/>'.repeat(20_001)}</w:tbl>` }],
])('refuses %s, and does not repeat what it says', async (_what, code, parts) => {
  const result = await codes(docx(parts));
  expect(result.codes).toEqual([code]);
  expect(result.model).toBeNull();
  expect(result.text).not.toMatch(/loaded\.example|passwd|vbaProject/);
});

describe.each([
  'word/document.xml',
  '_rels/.rels',
  '[Content_Types].xml',
  'word/styles.xml',
  'docProps/core.xml',
  'customXml/item1.xml',
])('in %s', (part) => {
  const parts: DocxParts = {
    body,
    styles: '',
    core: '<dc:title>x</dc:title>',
    more: { 'customXml/item1.xml': { type: 'application/xml', content: '<a>x</a>' } },
  };
  test.each<[what: string, code: string, change: (xml: string) => string | Uint8Array]>([
    [
      'an external entity',
      'FILE-XML-UNSAFE',
      (xml) => `<!DOCTYPE x [<!ENTITY leak SYSTEM "file:///etc/passwd">]>${xml.replace(/<\?xml.*?\?>/, '')}`,
    ],
    [
      'growing entities',
      'FILE-XML-UNSAFE',
      (xml) => `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>${xml.replace(/<\?xml.*?\?>/, '')}`,
    ],
    ['UTF-16', 'FILE-XML-UNSAFE', (xml) => Buffer.from(`\ufeff${xml}`, 'utf16le')],
    [
      'a declared UTF-7',
      'FILE-XML-UNSAFE',
      (xml) => `<?xml version="1.0" encoding="UTF-7"?>${xml.replace(/<\?xml.*?\?>/, '')}`,
    ],
    ['an unknown entity', 'FILE-CORRUPT', (xml) => xml.replace(/>(?=[^>]*$)/, '>&leak;')],
  ])('refuses %s', async (_what, code, change) => {
    const original = await unpack(docx(parts));
    const changed = original.map((entry) =>
      entry.name === part ? { ...entry, content: change(entry.content.toString()) } : entry,
    );
    expect(changed.some(({ name }) => name === part)).toBe(true);
    expect((await codes(rawZip(changed))).codes).toEqual([code]);
  });
});

async function unpack(zip: Buffer): Promise<{ name: string; content: Buffer }[]> {
  const { openArchive } = await import('../../../activities/documents/zip.ts');
  const { PACKAGE_LIMITS } = await import('../../../activities/documents/docx/package.ts');
  const entries = await openArchive(zip, PACKAGE_LIMITS);
  return Promise.all(entries.map(async (entry) => ({ name: entry.name, content: Buffer.from(await entry.read()) })));
}

test('refuses what is no document: a workbook, a renamed archive, two parts of one name', async () => {
  const parts = await unpack(docx({ body }));
  const workbook = parts.map(({ name, content }) => ({
    name,
    content: content.toString().replace('wordprocessingml.document.main', 'spreadsheetml.sheet.main'),
  }));
  expect((await codes(rawZip(workbook))).codes).toEqual(['FILE-TYPE-MISMATCH']);
  expect((await codes(rawZip([{ name: 'a.txt', content: 'x' }]))).codes).toEqual(['FILE-CORRUPT']);
  expect((await codes(rawZip([...parts, { name: 'WORD/document.xml', content: '<a/>' }]))).codes).toEqual([
    'FILE-DUPLICATE-ENTRY',
  ]);
});

test('reports a link of a dangerous protocol, and keeps it out of the model', async () => {
  const relations = [{ id: 'l', type: 'hyperlink', target: 'javascript:alert(1)', external: true }];
  const result = await codes(docx({ body: paragraph(`<w:hyperlink r:id="l">${run('点')}</w:hyperlink>`), relations }));
  expect(result.codes).toEqual(['MARKUP-ACTIVE']);
  expect(result.model?.links).toEqual([]);
});

test('looks at bytes that belong to no part, and refuses a part that is not listed', async () => {
  const whole = docx({ body });
  const comment = Buffer.concat([whole, Buffer.from('机密★1年')]);
  comment.writeUInt16LE(Buffer.byteLength('机密★1年'), whole.length - 2);
  const { codes: found, model } = await codes(comment);
  expect(found).toEqual([]);
  expect(model?.asides).toContainEqual(expect.objectContaining({ kind: 'embedded-object', text: '机密★1年' }));
  const unlisted = rawZip([
    ...(await unpack(whole)),
    { name: 'word/hidden.xml', content: MARKS.repeat(9), unlisted: true },
  ]);
  expect((await codes(unlisted)).codes).toEqual(['FILE-CORRUPT']);
});

test('names the password of an encrypted document, and the format of an old one', async () => {
  const ole = Buffer.concat([
    Buffer.from('d0cf11e0a1b11ae1', 'hex'),
    Buffer.alloc(512),
    Buffer.from('EncryptedPackage', 'utf16le'),
  ]);
  expect((await codes(ole)).codes).toEqual(['FILE-ENCRYPTED']);
  const old = await codes(Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(512)]));
  expect(old.codes).toEqual(['FILE-TYPE-MISMATCH']);
  expect(old.text).toContain('另存为 .docx');
});

test('refuses an OLE object, which may be a program; a workbook is looked at', async () => {
  const withPart = (name: string, content: Uint8Array) =>
    readDocument({
      mediaType: DOCX,
      file: 'a.docx',
      bytes: docx({ body, more: { [name]: { type: 'application/octet-stream', content } } }),
    });
  const ole = await withPart('word/embeddings/a.bin', Buffer.from('d0cf11e0a1b11ae1', 'hex'));
  expect(ole.findings).toMatchObject([{ code: 'FILE-EMBEDDED-OBJECT', severity: 'error' }]);
  const book = await withPart('word/embeddings/a.xlsx', rawZip([{ name: 'xl/a.xml', content: '<a>x</a>' }]));
  expect(book.findings).toMatchObject([{ code: 'FILE-EMBEDDED-OBJECT', severity: 'warning' }]);
});
