import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { getDocument } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { expect, test } from 'vitest';
import yauzl from 'yauzl';
import { digestOf } from '../../activities/digest.ts';
import type { Block } from '../../activities/rendering/blocks.ts';
import { asOfficialDocument } from '../../activities/rendering/official-document.ts';
import { PressMail } from '../../activities/rendering/press/mail.ts';
import { createTypesetter } from '../../infra/typst/typesetter.ts';
import { exampleBundle, render, writtenBundle } from '../support/rendering.ts';

async function unzip(bytes: Uint8Array): Promise<Map<string, { bytes: Buffer; modified: Date }>> {
  const archive = await yauzl.fromBufferPromise(Buffer.from(bytes));
  const files = new Map<string, { bytes: Buffer; modified: Date }>();
  for await (const entry of archive.eachEntry()) {
    const content = await buffer(await archive.openReadStreamPromise(entry));
    files.set(entry.fileName, { bytes: content, modified: entry.getLastModDate() });
  }
  return files;
}

async function textOfPdf(bytes: Uint8Array): Promise<{ pages: number; text: string }> {
  const standardFontDataUrl = fileURLToPath(import.meta.resolve('pdfjs-dist/package.json')).replace(
    'package.json',
    'standard_fonts/',
  );
  const document = await getDocument({ data: Uint8Array.from(bytes), standardFontDataUrl }).promise;
  const texts: string[] = [];
  for (let number = 1; number <= document.numPages; number += 1) {
    const { items } = await (await document.getPage(number)).getTextContent();
    texts.push(items.map((item) => ('str' in item ? item.str : '')).join(''));
  }
  return { pages: document.numPages, text: texts.join('') };
}

const bundle = exampleBundle();
const pack = await render(bundle, 'press-pack');
const packBytes = pack.objects.find(({ path }) => path === 'pack.zip')?.bytes ?? new Uint8Array();
const files = await unzip(packBytes);
const named = (pattern: RegExp) => [...files].find(([name]) => pattern.test(name))?.[1].bytes ?? Buffer.alloc(0);

test('the pack holds the document as submitted, as PDF and as text, the materials, the press release and contacts', async () => {
  const submitted = await bundle.part('policy');
  const body = async (docx: Uint8Array) => (await unzip(docx)).get('word/document.xml')?.bytes.toString() ?? '';
  const packed = named(/^1-政策文件\/.*\.docx$/);
  const withoutRevisionIds = (xml: string) => xml.replace(/\s(?:w:rsid\w*|w14:paraId|w14:textId)="[^"]*"/g, '');
  expect(await body(packed)).toBe(withoutRevisionIds(await body(submitted)));
  expect(named(/^1-政策文件\/.*\.txt$/).toString()).toContain('一、支持对象和申请条件');
  const { text, pages } = await textOfPdf(named(/^1-政策文件\/.*\.pdf$/));
  expect(text).toContain('青禾区支持中小企业节能降碳改造若干措施');
  expect(pages).toBeGreaterThan(2);
  expect([...files.keys()].filter((name) => name.startsWith('2-解读材料/') && name.endsWith('.txt'))).toHaveLength(3);
  expect([...files.keys()].some((name) => name.startsWith('3-新闻通稿/') && name.endsWith('.docx'))).toBe(true);
  expect(files.has('联系方式.txt')).toBe(true);
});

test('the list of contents names every other file with its digest', () => {
  const list = files.get('目录.txt')?.bytes.toString() ?? '';
  for (const [name, { bytes }] of files) {
    if (name !== '目录.txt')
      expect(list).toMatch(
        new RegExp(`${digestOf(bytes)}\\s+${bytes.length}\\s+${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`),
      );
  }
});

test('who wrote a document stays inside; the list still leads back to the bytes that were signed', async () => {
  const list = files.get('目录.txt')?.bytes.toString() ?? '';
  for (const [name, { bytes }] of files) {
    if (!name.endsWith('.docx')) continue;
    const properties = (await unzip(bytes)).get('docProps/core.xml')?.bytes.toString() ?? '';
    expect(properties).not.toMatch(/creator|lastModifiedBy/);
  }
  for (const { sha256 } of bundle.manifest.items.filter(({ file, public: shown }) => shown && file.endsWith('.docx')))
    expect(list).toContain(`${sha256}             送审稿`);
});

test('plan and legal dossier are not in it', () => {
  expect([...files.keys()].some((name) => /解读方案|合法性|公平竞争/.test(name))).toBe(false);
});

test('the same content gives the same archive, without the time of packing', async () => {
  expect((await render(bundle, 'press-pack')).digests).toEqual(pack.digests);
  expect(new Set([...files.values()].map(({ modified }) => modified.getFullYear()))).toEqual(new Set([2000]));
});

test('the mail links every page and names the contact', () => {
  const mail = PressMail.parse(JSON.parse(pack.text('mail.json')));
  for (const item of ['text', 'picture', 'qa', 'press']) expect(mail.html).toContain(`/interpretation/${item}/"`);
  expect(mail.html).not.toMatch(/%%[A-Z]+%%/);
  expect(mail.text).toContain('采访联系');
});

test('neither subject nor file name nor HTML takes orders from a title', async () => {
  const title = '甲\r\nBcc: x@evil.example\r\n../乙<script>丙</script>\u202e';
  const hostile = await render(writtenBundle({ policy: '正文', text: '解读' }, { title }), 'press-pack');
  const mail = PressMail.parse(JSON.parse(hostile.text('mail.json')));
  expect(mail.subject).not.toMatch(/[\r\n\u202e]/);
  expect(mail.html).not.toContain('<script');
  const names = [...(await unzip(hostile.objects[0]?.bytes ?? new Uint8Array())).keys()];
  for (const name of names) expect(name).not.toMatch(/\.\.\/|[\r\n<>]|\u202e/);
});

const paragraph = (text: string): Block => ({ kind: 'paragraph', text, align: null });
const { pdf } = createTypesetter();
const printed = (blocks: Block[]) => pdf({ title: '测试', issuingBody: '青禾区人民政府', blocks });

test('what an author wrote is printed as text, never run as Typst', async () => {
  const words = '#read("/etc/passwd") #panic() $x^2$ *b* @ref <label> \\ ] [ // /* 。';
  const { text } = await textOfPdf(await printed([paragraph(words)]));
  expect(text.replace(/\s/g, '')).toContain(words.replace(/\s/g, ''));
});

test('a page has 22 lines of 28 characters (GB/T 9704-2012)', async () => {
  const lines = (count: number) => [{ ...paragraph('字'.repeat(28 * count)), align: 'flush' } as Block];
  expect((await textOfPdf(await printed(lines(22)))).pages).toBe(1);
  expect((await textOfPdf(await printed(lines(23)))).pages).toBe(2);
});

test('the same document gives the same PDF', async () => {
  const blocks = [paragraph('甲'), paragraph('乙')];
  expect(digestOf(await printed(blocks))).toBe(digestOf(await printed(blocks)));
});

const head = { title: '青禾区测试办法', documentNumber: '青禾政发〔2026〕1号', issuingBody: '青禾区人民政府' };

test('a document without its own head gets title and number; one that has them keeps them once', () => {
  expect(asOfficialDocument([paragraph('正文。')], head).map((block) => ('text' in block ? block.text : ''))).toEqual([
    head.title,
    head.documentNumber,
    '正文。',
  ]);
  const own = [
    { ...paragraph(head.title), align: 'center' } as Block,
    paragraph('各街道办事处：'),
    paragraph('正文。'),
  ];
  expect(asOfficialDocument(own, head)).toEqual([
    { kind: 'paragraph', text: head.title, align: 'center', as: 'title' },
    { kind: 'paragraph', text: '各街道办事处：', align: 'flush' },
    paragraph('正文。'),
  ]);
});

test('signature and date stand at the right', () => {
  const placed = asOfficialDocument(
    [paragraph('正文。'), paragraph('青禾区人民政府'), paragraph('2026年3月1日')],
    head,
  );
  expect(placed.slice(-2).map((block) => ('align' in block ? block.align : null))).toEqual(['right', 'right']);
});

test('a title that runs over two centred lines, in the head or before the printed document, is one title', () => {
  const centre = (text: string) => ({ ...paragraph(text), align: 'center' }) as Block;
  const placed = asOfficialDocument(
    [
      centre('青禾区人民政府文件'),
      centre('青禾政发〔2026〕1号'),
      centre('关于印发《青禾区测试'),
      centre('（2026—2028年）》的通知'),
      paragraph('各街道办事处：'),
      centre('青禾区测试'),
      centre('（2026—2028年）'),
      centre('（草案说明）'),
    ],
    { ...head, title: '青禾区测试（2026—2028年）' },
  );
  const roles = placed.map((block) => ('as' in block ? block.as : undefined));
  expect(roles).toEqual(['issuer', undefined, 'title', 'title', undefined, 'title', 'title', undefined]);
});
