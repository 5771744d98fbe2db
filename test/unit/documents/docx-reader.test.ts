import { expect, test } from 'vitest';
import { readDocument } from '../../../activities/documents/read.ts';
import { DOCX, type DocxParts, docx, paragraph, run, table } from '../../support/docx.ts';

async function read(parts: DocxParts) {
  const { model, findings } = await readDocument({ mediaType: DOCX, file: 'policy.docx', bytes: docx(parts) });
  expect(findings).toEqual([]);
  if (!model) throw new Error('No model');
  return model;
}

test('joins the runs of a paragraph, whatever prefix the document gives to the namespace', async () => {
  const model = await read({
    body: `${paragraph(run('关于规范') + run('') + run('交通秩序') + run('的通知'), '<w:jc w:val="center"/>')}
      <x:p xmlns:x="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><x:r><x:t>各街道：</x:t></x:r></x:p>`,
  });
  expect(model.paragraphs.map(({ text }) => text)).toEqual(['关于规范交通秩序的通知', '各街道：']);
  expect(model.paragraphs[0]?.alignment).toBe('center');
});

test('takes heading levels from the forms of GB/T 9704, then from the style', async () => {
  const model = await read({
    body: [
      '一、总体要求',
      '（二）压实责任。各单位要落实。',
      '1.登记。',
      '（3）核验。',
      '第二章　管理',
      '2026年工作安排',
      '3.5万元补贴',
      '附则',
      '解释',
    ]
      .map((text) => paragraph(text, { 附则: '<w:pStyle w:val="H1"/>', 解释: '<w:pStyle w:val="H2"/>' }[text] ?? ''))
      .join(''),
    styles:
      '<w:style w:type="paragraph" w:styleId="H1"><w:name w:val="heading 1"/><w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style><w:style w:type="paragraph" w:styleId="H2"><w:name w:val="标题 2"/></w:style>',
  });
  expect(model.paragraphs.map(({ headingLevel }) => headingLevel)).toEqual([1, 2, 3, 4, 1, null, null, 1, 2]);
  expect(model.paragraphs.at(-2)?.style).toBe('heading 1');
});

test('counts the numbers that Word draws and the text does not contain', async () => {
  const level = (ilvl: number, format: string, text: string) =>
    `<w:lvl w:ilvl="${ilvl}"><w:start w:val="1"/><w:numFmt w:val="${format}"/><w:lvlText w:val="${text}"/></w:lvl>`;
  const item = (ilvl: number, text: string) =>
    paragraph(text, `<w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="7"/></w:numPr>`);
  const model = await read({
    numbering: `<w:abstractNum w:abstractNumId="3">${level(0, 'chineseCounting', '%1、')}${level(1, 'chineseCounting', '（%2）')}</w:abstractNum>
      <w:num w:numId="7"><w:abstractNumId w:val="3"/></w:num>`,
    body: [item(0, '总则'), item(1, '目的'), item(1, '依据'), item(0, '分则'), item(1, '范围')].join(''),
  });
  expect(model.paragraphs.map(({ numbering, headingLevel }) => [numbering, headingLevel])).toEqual([
    ['一、', 1],
    ['（一）', 2],
    ['（二）', 2],
    ['二、', 1],
    ['（一）', 2],
  ]);
});

test('places cells with their spans; text of a covered cell is hidden', async () => {
  const span = (text: string, properties: string) => `<w:tc><w:tcPr>${properties}</w:tcPr>${paragraph(text)}</w:tc>`;
  const model = await read({
    body: `<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>${span('标准', '<w:gridSpan w:val="2"/>')}</w:tr>
      <w:tr>${span('甲类', '<w:vMerge w:val="restart"/>')}${span('10元', '')}</w:tr>
      <w:tr>${span('暗藏', '<w:vMerge/>')}${span('20元', '')}</w:tr></w:tbl>`,
  });
  const cells = model.paragraphs.filter(({ text }) => text !== '').map(({ text, cell }) => [text, cell]);
  expect(cells).toMatchObject([
    ['标准', { table: 0, row: 0, column: 0, header: true, columnSpan: 2 }],
    ['甲类', { row: 1, column: 0, rowSpan: 2, header: false }],
    ['10元', { row: 1, column: 1 }],
    ['20元', { row: 2, column: 1 }],
  ]);
  expect(model.asides).toContainEqual(expect.objectContaining({ kind: 'hidden-text', text: '暗藏' }));
});

test('knows a page break before a paragraph, from a break, the formatting or a section', async () => {
  const model = await read({
    body: `${paragraph('正文')}${paragraph('<w:r><w:br w:type="page"/></w:r>')}${paragraph('附件1')}${paragraph('附件2', '<w:pageBreakBefore/>')}
      ${paragraph('', '<w:sectPr/>')}${paragraph('附件3')}`,
  });
  const starts = model.paragraphs.filter(({ pageBreakBefore }) => pageBreakBefore).map(({ text }) => text);
  expect(starts).toEqual(['附件1', '附件2', '附件3']);
});

test('applies tracked insertions, leaves deletions out, and tells both with their author', async () => {
  const model = await read({
    body: paragraph(
      `${run('补贴')}<w:del w:author="甲"><w:r><w:delText>100</w:delText></w:r></w:del><w:ins w:author="乙">${run('200')}</w:ins>${run('元')}`,
    ),
  });
  expect(model.paragraphs[0]?.text).toBe('补贴200元');
  expect(model.asides.filter(({ kind }) => kind.startsWith('tracked'))).toMatchObject([
    { kind: 'tracked-insertion', text: '200', author: '乙', paragraph: 0 },
    { kind: 'tracked-deletion', text: '100', author: '甲', paragraph: 0 },
  ]);
});

test('does not take old formatting of a tracked change, or a hidden paragraph mark, for hidden text', async () => {
  const model = await read({
    body: paragraph(
      run('公开', '<w:rPrChange w:author="甲"><w:rPr><w:vanish/></w:rPr></w:rPrChange>'),
      '<w:rPr><w:vanish/></w:rPr>',
    ),
  });
  expect(model.paragraphs[0]?.text).toBe('公开');
  expect(model.asides.map(({ kind }) => kind)).toEqual(['file-name']);
});

test('white letters on a dark ground are seen, on white paper they are not', async () => {
  const white = '<w:color w:val="FFFFFF"/>';
  const model = await read({
    body: `${paragraph(run('白字', white))}${paragraph(run('反白', `${white}<w:shd w:fill="1F4E79"/>`))}
      ${table([[`<w:tcPr><w:shd w:fill="C00000"/></w:tcPr>${paragraph(run('表头', white))}`]])}${paragraph(run('小字', '<w:sz w:val="2"/>'))}`,
  });
  expect(model.paragraphs.map(({ text }) => text)).toEqual(['', '反白', '表头', '']);
  expect(model.asides.filter(({ kind }) => kind === 'white-text').map(({ text }) => text)).toEqual(['白字', '小字']);
});

test('an emoji that only the fallback of a choice can show is visible, another text there is hidden', async () => {
  const choice = (chosen: string, fallback: string) =>
    `<w:p><w:r><mc:AlternateContent><mc:Choice Requires="w16se">${chosen}</mc:Choice><mc:Fallback>${fallback}</mc:Fallback></mc:AlternateContent></w:r></w:p>`;
  const model = await read({
    body:
      choice('', '<w:t>☎</w:t>') +
      choice('<w:t>公开</w:t>', '<w:t>公开</w:t>') +
      choice('<w:t>公开</w:t>', '<w:t>机密</w:t>'),
  });
  expect(model.paragraphs.map(({ text }) => text)).toEqual(['☎', '公开', '公开']);
  expect(model.asides.filter(({ kind }) => kind === 'hidden-text').map(({ text }) => text)).toEqual(['机密']);
});

test('keeps ordinary hyperlinks, and tells field codes', async () => {
  const model = await read({
    relations: [{ id: 'l1', type: 'hyperlink', target: 'https://www.example.gov.cn/', external: true }],
    body: paragraph(
      `<w:hyperlink r:id="l1">${run('官网')}</w:hyperlink><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PA</w:instrText></w:r>
       <w:r><w:instrText>GE </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('1')}<w:r><w:fldChar w:fldCharType="end"/></w:r>`,
    ),
  });
  expect(model.links).toEqual([{ target: 'https://www.example.gov.cn/', text: '官网', paragraph: 0 }]);
  expect(model.asides.find(({ kind }) => kind === 'field-code')?.text).toBe('PAGE');
});
