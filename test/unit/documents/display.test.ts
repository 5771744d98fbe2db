import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { sanitise } from '../../../activities/documents/display/sanitise.ts';
import { createToDisplay } from '../../../activities/documents/display.ts';
import { lossFindings, withLossReport } from '../../../activities/documents/loss-report.ts';
import { readDocument } from '../../../activities/documents/read.ts';
import { DocumentRefused } from '../../../activities/documents/refusal.ts';
import { stripDocxMetadata } from '../../../activities/documents/strip-docx.ts';
import { rasterise } from '../../../infra/documents/rasterise.ts';
import { DOCX, type DocxParts, docx, paragraph, run, table } from '../../support/docx.ts';
import { MARKUP_VECTORS } from '../../support/markup-vectors.ts';
import { jpegWithPosition, pngOfSize } from '../../support/pictures.ts';

const toDisplay = createToDisplay(rasterise);
const show = (parts: DocxParts) =>
  toDisplay({ mediaType: DOCX, file: 'policy.docx', bytes: docx(parts), title: '通知' });
const showText = (mediaType: string, file: string, text: string) =>
  toDisplay({ mediaType, file, bytes: Buffer.from(text), title: '解读' });

test('shows a document with headings, drawn numbers, table headers and linked annexes', async () => {
  const { html, text, loss } = await show({
    numbering: `<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>`,
    body: [
      paragraph('关于补贴的通知', '<w:jc w:val="center"/>'),
      paragraph('总体要求', '<w:numPr><w:numId w:val="1"/></w:numPr>'),
      paragraph('（一）压实责任。各单位要落实。'),
      paragraph('附件：1．标准表'),
      paragraph('2026年3月2日', '<w:jc w:val="right"/>'),
      paragraph('附件1', '<w:pageBreakBefore/>'),
      table([
        ['档次', '金额'],
        ['甲', '100元'],
      ]),
    ].join(''),
  });
  expect(html).toBe(
    '<p class="align-center">关于补贴的通知</p><h2>一、总体要求</h2><p>（一）压实责任。各单位要落实。</p>' +
      '<p><a href="#annex-1">附件：1．标准表</a></p><p class="align-right">2026年3月2日</p><h2 class="annex" id="annex-1">附件1</h2>' +
      '<table><thead><tr><th scope="col">档次</th><th scope="col">金额</th></tr></thead><tbody><tr><td>甲</td><td>100元</td></tr></tbody></table>',
  );
  expect(text).toContain('一、总体要求\n');
  expect(loss).toEqual([]);
});

test('lines that name annexes and headings that run on into their paragraph are no headings; each line is linked', async () => {
  const { html } = await show({
    body: [
      paragraph('（一）支持对象'),
      paragraph('（二）申请条件。申请企业应当同时符合下列条件：'),
      paragraph('1.改造项目建成'),
      paragraph('附件：1.材料清单'),
      paragraph('　　　2.申请表'),
      paragraph('附件1', '<w:pageBreakBefore/>'),
      paragraph('附件2', '<w:pageBreakBefore/>'),
    ].join(''),
  });
  expect(html).toBe(
    '<h3>（一）支持对象</h3><p>（二）申请条件。申请企业应当同时符合下列条件：</p><h4>1.改造项目建成</h4>' +
      '<p><a href="#annex-1">附件：1.材料清单</a></p><p><a href="#annex-2">　　　2.申请表</a></p>' +
      '<h2 class="annex" id="annex-1">附件1</h2><h2 class="annex" id="annex-2">附件2</h2>',
  );
});

test.each<[what: string, parts: DocxParts]>([
  ['hidden text', { body: paragraph(run('公开') + run('机密', '<w:vanish/>') + run('内容')) }],
  ['a hidden paragraph', { body: paragraph('公开内容') + paragraph(run('机密', '<w:vanish/>')) }],
  ['white text', { body: paragraph(run('公开内容') + run('机密', '<w:color w:val="FFFFFF"/>')) }],
  [
    'hidden text in a cell',
    { body: paragraph('公开内容') + table([['甲'], [paragraph(run('乙') + run('机密', '<w:vanish/>'))]]) },
  ],
  [
    'deleted text',
    { body: paragraph(`${run('公开内容')}<w:del w:author="x"><w:r><w:delText>机密</w:delText></w:r></w:del>`) },
  ],
  ['a header', { body: paragraph('公开内容'), header: paragraph('机密') }],
  [
    'a comment',
    {
      body: paragraph(`${run('公开内容')}<w:r><w:commentReference w:id="1"/></w:r>`),
      comments: `<w:comment w:id="1">${paragraph('机密')}</w:comment>`,
    },
  ],
  [
    'a fallback',
    {
      body:
        paragraph('公开内容') +
        paragraph(
          `<mc:AlternateContent><mc:Choice>${run('甲')}</mc:Choice><mc:Fallback>${run('机密')}</mc:Fallback></mc:AlternateContent>`,
        ),
    },
  ],
  [
    'hidden text of a note',
    {
      body: paragraph(`${run('公开内容')}<w:r><w:footnoteReference w:id="2"/></w:r>`),
      footnotes: `<w:footnote w:id="2">${paragraph(run('注') + run('机密', '<w:vanish/>'))}</w:footnote>`,
    },
  ],
])('never shows %s', async (_what, parts) => {
  const { html, text } = await show(parts);
  expect(text).toContain('公开');
  expect(html + text).not.toContain('机密');
});

test('reports text that the conversion left out', async () => {
  const { loss } = await show({
    body:
      paragraph('正文') +
      paragraph(
        '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>补贴＝面积×单价</m:t></m:r></m:oMath>',
      ),
  });
  expect(loss).toEqual([{ kind: 'dropped', text: '补贴＝面积×单价' }]);
});

test('tells at submission what a page will not show', async () => {
  const read = withLossReport({ readDocument, toDisplay });
  const formula =
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"><m:r><m:t>面积×单价</m:t></m:r></m:oMath>';
  const findings = async (body: string) =>
    (await read({ mediaType: DOCX, file: 'a.docx', bytes: docx({ body }) })).findings;
  expect(await findings(paragraph('正文'))).toEqual([]);
  expect(await findings(paragraph('正文') + paragraph(formula))).toMatchObject([
    { code: 'FILE-TEXT-NOT-SHOWN', severity: 'warning', location: { quote: '面积×单价' } },
  ]);
  expect(lossFindings([{ kind: 'added', text: '机密' }])).toMatchObject([
    { code: 'FILE-TEXT-ADDED', severity: 'error' },
  ]);
});

test('shows notes with links there and back, and counts their marks as no text', async () => {
  const { html, text, loss } = await show({
    body: paragraph(`${run('补贴标准')}<w:r><w:footnoteReference w:id="2"/></w:r>`),
    footnotes: `<w:footnote w:id="2">${paragraph('按户计算。')}</w:footnote>`,
  });
  expect(html).toContain('href="#footnote-2"');
  expect(html).toContain('id="footnote-2"');
  expect(text).toBe('补贴标准\n按户计算。');
  expect(loss).toEqual([]);
});

test('refuses what the reader refuses', async () => {
  const linked = show({
    body: paragraph('x'),
    relations: [{ id: 'x', type: 'image', target: 'file:///etc/hostname', external: true }],
  });
  await expect(linked).rejects.toBeInstanceOf(DocumentRefused);
});

test('moves headings of a material below the page title, and keeps only pictures that it carries', async () => {
  const png = `data:image/png;base64,${pngOfSize(2, 2).toString('base64')}`;
  const { html, images, loss } = await showText(
    'text/markdown',
    'a.md',
    `# 解读\n\n## 背景\n\n![图一](${png}) ![远处](https://x.example/a.png)\n`,
  );
  expect(html.replaceAll('\n', '')).toBe(
    `<h2>解读</h2><h3>背景</h3><p><img src="lockstep-image:${images[0]?.sha256}" alt="图一"> </p>`,
  );
  expect(loss).toEqual([{ kind: 'dropped', text: '[远处]' }]);
});

test('publishes pictures without metadata, and their words beside them', async () => {
  const photo = await toDisplay({
    mediaType: 'image/jpeg',
    file: 'a.jpg',
    bytes: jpegWithPosition(),
    title: '现场',
    alternativeText: '现场照片',
  });
  expect(photo.images[0]?.bytes).toSatisfy((bytes: Uint8Array) => !/trailing|内部/.test(Buffer.from(bytes).toString()));
  const [image] = photo.images;
  expect(image && createHash('sha256').update(image.bytes).digest('hex')).toBe(image?.sha256);
  const again = await readDocument({ mediaType: 'image/jpeg', file: 'a.jpg', bytes: image?.bytes ?? new Uint8Array() });
  expect(again).toMatchObject({ findings: [], model: { images: [{ width: 1, gps: null }] } });
  // What is left is how the camera was held; without it the picture would lie on its side.
  expect(Object.keys(again.model?.images[0]?.metadata ?? {})).toEqual(['Orientation']);
  const drawing = await showText(
    'image/svg+xml',
    'a.svg',
    '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="20"><text y="9">补贴100元</text></svg>',
  );
  expect(drawing.images).toMatchObject([{ mediaType: 'image/png', alt: '解读' }]);
  expect(drawing.text).toBe('补贴100元');
});

test('does not draw an SVG that has something active in it', async () => {
  const { html, images } = await showText(
    'image/svg+xml',
    'a.svg',
    '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/><text>字</text></svg>',
  );
  expect([html, images]).toEqual(['<p>字</p>', []]);
});

describe('the sanitiser', () => {
  test.each(MARKUP_VECTORS)('leaves nothing active and comes to rest: %s', (vector) => {
    const clean = sanitise(vector);
    expect(sanitise(clean)).toBe(clean);
    // Escaped words in a text node do no harm; so the text is taken out before looking.
    const tags = clean.match(/<[^>]*>/g)?.join('') ?? '';
    expect(tags).not.toMatch(/script|\son|style|svg|math|iframe|data:|\/\/evil|x\.example|id="login"|admin/i);
  });

  test('keeps what an official text needs', () => {
    const html =
      '<h2 class="annex" id="annex-1">附件1</h2><p class="align-right">2026年</p><table><tbody><tr><th scope="row" colspan="2">a</th><td rowspan="2">b</td></tr></tbody></table><a href="https://www.example.gov.cn/?a=1&amp;b=2" rel="noopener noreferrer">官网</a>';
    expect(sanitise(html)).toBe(html);
  });
});

test('strips what a .docx tells about people and machines, the same way every time, and leaves its text', async () => {
  const bytes = docx({
    body: '<w:p w:rsidR="00AB12CD"><w:r w:rsidRPr="00AB12CE"><w:t>正文</w:t></w:r></w:p>',
    core: '<dc:creator>张三</dc:creator>',
    custom: '<property name="处室"><vt:lpwstr>综合科</vt:lpwstr></property>',
    settings: '<w:rsids><w:rsid w:val="00AB12CD"/></w:rsids><w:docVars><w:docVar w:name="a" w:val="李四"/></w:docVars>',
    more: { 'word/media/a.jpg': { type: 'image/jpeg', content: jpegWithPosition() } },
  });
  const stripped = await stripDocxMetadata(bytes);
  expect(await stripDocxMetadata(bytes)).toEqual(stripped);
  const { model, findings } = await readDocument({ mediaType: DOCX, file: 'a.docx', bytes: stripped });
  expect(findings).toEqual([]);
  expect(model).toMatchObject({
    paragraphs: [{ text: '正文' }],
    properties: [],
    images: [{ metadata: {}, gps: null }],
  });
});
