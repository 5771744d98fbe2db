import { expect, test } from 'vitest';
import { readDocument } from '../../../activities/documents/read.ts';
import { pdf } from '../../support/pdf.ts';
import { jpegWithPosition, pngOfSize } from '../../support/pictures.ts';
import { rawZip } from '../../support/raw-zip.ts';

const TYPES: Record<string, string> = {
  md: 'text/markdown',
  html: 'text/html',
  txt: 'text/plain',
  svg: 'image/svg+xml',
  jpg: 'image/jpeg',
  png: 'image/png',
  pdf: 'application/pdf',
  ofd: 'application/ofd',
  doc: 'application/msword',
  wps: 'application/vnd.ms-works',
};
const read = (extension: string, content: string | Uint8Array) =>
  readDocument({ mediaType: TYPES[extension] ?? '', file: `a.${extension}`, bytes: Buffer.from(content as string) });
const codes = async (extension: string, content: string | Uint8Array) =>
  (await read(extension, content)).findings.map(({ code }) => code);

test('reads Markdown: title, sections, lists, tables, links', async () => {
  const { model, findings } = await read(
    'md',
    '# 解读\n\n## 出台背景\n\n第一段\n继续。\n\n- 一项\n- 二项\n\n| 档次 | 金额 |\n|---|---|\n| 甲 | 100元 |\n\n[原文](https://www.example.gov.cn/a)\n',
  );
  expect(findings).toEqual([]);
  expect(model?.paragraphs.map(({ text, headingLevel, style }) => [text, headingLevel, style])).toEqual([
    ['解读', null, 'h1'],
    ['出台背景', 1, 'h2'],
    ['第一段继续。', null, 'p'],
    ['一项', null, 'li'],
    ['二项', null, 'li'],
    ['档次', null, 'th'],
    ['金额', null, 'th'],
    ['甲', null, 'td'],
    ['100元', null, 'td'],
    ['原文', null, 'p'],
  ]);
  expect(model?.paragraphs[8]?.cell).toEqual({ table: 0, row: 1, column: 1, header: false, rowSpan: 1, columnSpan: 1 });
  expect(model?.links).toMatchObject([{ target: 'https://www.example.gov.cn/a', text: '原文' }]);
});

test('closes stress before Chinese, and keeps the blank of a line end between Latin words', async () => {
  const { model } = await read('md', '**背景：**文字，**《办法》**规定。\n\nGreen\nChannel 绿色\n通道\n');
  expect(model?.paragraphs.map(({ text }) => text)).toEqual(['背景：文字，《办法》规定。', 'Green Channel 绿色通道']);
});

test('tells text of HTML that no browser shows', async () => {
  const { model } = await read(
    'html',
    '<title>题</title><p>看得见<span style="display: none">机密</span></p><!-- 秘密 --><p style="color:#fff">白</p><div hidden>内部</div><img src="a.png" alt="图">',
  );
  expect(model?.paragraphs.map(({ text }) => text)).toEqual(['看得见']);
  expect(model?.asides.slice(1).map(({ kind, text }) => [kind, text])).toEqual([
    ['core-property', '题'],
    ['hidden-text', '机密'],
    ['markup-comment', '秘密'],
    ['white-text', '白'],
    ['hidden-text', '内部'],
    ['alt-text', '图'],
  ]);
});

test.each([
  ['md', '<script>alert(1)</script>'],
  ['md', '文字 <span onclick="x()">详情</span>'],
  ['md', '[原文](javascript:alert(1))'],
  ['md', '![图](https://image.example/a.png)'],
  ['html', '<a href=" jAvA\tscript&#58;alert(1)">x</a>'],
  ['html', '<a href="data:text/html,<script>1</script>">x</a>'],
  ['html', '<meta http-equiv="refresh" content="0;url=https://x.example">'],
  ['html', '<p style="background:url(https://x.example/a.png)">x</p>'],
  ['html', '<style>@import "//x.example/a.css";</style>'],
  ['html', '<base href="https://x.example/">'],
  ['html', '<object data="a.swf"></object>'],
  ['html', '<svg><a xlink:href="javascript:alert(1)"><text>x</text></a></svg>'],
  ['html', '<math><mi xlink:href="javascript:alert(1)">x</mi></math>'],
  ['svg', '<svg xmlns="http://www.w3.org/2000/svg" onload="x()"/>'],
  ['svg', '<svg xmlns="http://www.w3.org/2000/svg"><script>x()</script></svg>'],
  ['svg', '<s:svg xmlns:s="http://www.w3.org/2000/svg"><s:foreignObject/></s:svg>'],
  ['svg', '<svg xmlns="http://www.w3.org/2000/svg"><image href="/etc/passwd.png"/></svg>'],
  ['svg', '<svg xmlns="http://www.w3.org/2000/svg"><animate attributeName="href" to="javascript:x()"/></svg>'],
  ['svg', '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="url(https://x.example/#a)"/></svg>'],
])('finds what %s does by itself in %s', async (extension, content) => {
  const { model, findings } = await read(extension, content);
  expect(findings.map(({ code }) => code)).toEqual(['MARKUP-ACTIVE']);
  expect(model).not.toBeNull();
  expect(JSON.stringify(findings)).not.toMatch(/<|javascript:|on(load|click)|example/);
});

test.each([
  ['md', '# 解读\n\n第一行<br>第二行 <u>重点</u>，见[官网](https://www.example.gov.cn)、[电话](tel:12345)。\n'],
  [
    'html',
    '<!DOCTYPE html><html lang="zh"><head><meta charset="utf-8"><title>题</title><style>p{color:red}</style></head><body><p>文</p></body></html>',
  ],
  [
    'svg',
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><defs><path id="a"/></defs><use href="#a"/><rect fill="url(#g)"/><text>图</text></svg>',
  ],
])('finds nothing in ordinary %s', async (extension, content) => {
  expect(await codes(extension, content)).toEqual([]);
});

test('reads the lines of a drawing, and its description', async () => {
  const { model } = await read(
    'svg',
    '<svg xmlns="http://www.w3.org/2000/svg" width="300" height="200"><title>一图读懂</title><text>补贴<tspan>100元</tspan></text><text x="1"><tspan y="1">第一行</tspan><tspan y="2">第二行</tspan></text><text opacity="0">暗</text></svg>',
  );
  expect(model?.paragraphs.map(({ text }) => text)).toEqual(['补贴100元', '第一行', '第二行']);
  expect(model?.images).toMatchObject([{ width: 300, height: 200, altText: '一图读懂' }]);
  expect(model?.asides.map(({ kind, text }) => [kind, text])).toEqual([
    ['file-name', 'a.svg'],
    ['alt-text', '一图读懂'],
    ['hidden-text', '暗'],
  ]);
});

test('reads size and position of a picture, and refuses one of too many pixels', async () => {
  const { model, findings } = await read('jpg', jpegWithPosition());
  expect(findings).toEqual([]);
  expect(model?.images).toMatchObject([{ width: 1, height: 1, gps: { latitude: 36.65, longitude: 117 } }]);
  expect(Object.keys(model?.images[0]?.metadata ?? {})).toContain('GPSLatitude');
  expect(await codes('png', pngOfSize(60_000, 60_000))).toEqual(['FILE-TOO-LARGE']);
  expect(await codes('png', pngOfSize(800, 600))).toEqual([]);
});

test('reads the text of a PDF and notes that an OFD was not read', async () => {
  const { model, findings } = await read('pdf', pdf('Notice 12345'));
  expect(findings).toEqual([]);
  expect(model?.paragraphs.map(({ text }) => text)).toEqual(['Notice 12345']);
  expect((await read('ofd', rawZip([{ name: 'OFD.xml', content: '<a/>' }]))).findings).toMatchObject([
    { code: 'FILE-NOT-READ', severity: 'info' },
  ]);
  expect(await codes('pdf', '%PDF-1.4 and then nothing')).toEqual(['FILE-CORRUPT']);
});

test.each([
  ['GB18030', Uint8Array.from([0xb9, 0xd8, 0xd3, 0xda, 0xcd, 0xa8, 0xd6, 0xaa])],
  ['UTF-16LE', Buffer.from('\ufeff关于通知', 'utf16le')],
  ['UTF-16BE', Buffer.from('\ufeff关于通知', 'utf16le').swap16()],
])('names the encoding %s and refuses to guess', async (name, bytes) => {
  const { model, findings } = await read('txt', bytes);
  expect(findings).toMatchObject([{ code: 'FILE-ENCODING', message: { zh: expect.stringContaining(name) } }]);
  expect(model).toBeNull();
});

test('names the line of bytes that are no UTF-8', async () => {
  const { findings } = await read(
    'md',
    Buffer.concat([Buffer.from('第一行\n第二行'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('\n')]),
  );
  expect(findings[0]?.message.zh).toContain('第 2 行');
});

test.each(['doc', 'wps'])('asks for .%s to be saved as .docx', async (extension) => {
  const { findings } = await read(extension, 'x');
  expect(findings).toMatchObject([
    { code: 'FILE-TYPE-MISMATCH', suggestion: { zh: expect.stringContaining('另存为 .docx') } },
  ]);
});
