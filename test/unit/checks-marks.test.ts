import { beforeAll, describe, expect, test } from 'vitest';
import { bundleOf } from '../../activities/checks/check-bundle.ts';
import { classificationMark } from '../../activities/checks/secrecy/classification-mark.ts';
import { internalMaterial } from '../../activities/checks/secrecy/internal-material.ts';
import { readDocument } from '../../activities/documents/read.ts';
import { loadRuleData } from '../../infra/rule-data/load.ts';
import type { RuleData } from '../../schemas/rules.ts';
import { DOCX, type DocxParts, docx, paragraph, run, table } from '../support/docx.ts';
import { item } from '../support/models.ts';
import { rawZip } from '../support/raw-zip.ts';

// RELIABILITY F36: every place × every disguise is found; ordinary prose about secrecy work, in any place, is not.
type Disguise = { text: string; split?: boolean };
const DISGUISES: Record<string, Disguise> = {
  plain: { text: '机密★1年' },
  'split into runs': { text: '绝密★30年', split: true },
  'spaces between': { text: '机 密 ★ 1 年' },
  'full-width spaces and digits': { text: '秘　密　★　１０　年' },
  'another star': { text: '机密☆长期' },
  'zero-width characters': { text: '机\u200b密\u2060★\u200d1年' },
  'traditional letters': { text: '機密★一年' },
  'soft hyphens and no-break spaces': { text: '绝\u00ad密\u00a0★\u00a030\u00a0年' },
  'level in brackets': { text: '【机密】' },
  'label and level': { text: '密级：秘密' },
};

const letters = (text: string, properties = '') => [...text].map((letter) => run(letter, properties)).join('');
const body = (content: string): DocxParts => ({ body: paragraph('正文。') + content });
const picture = (attributes: string) =>
  paragraph(`<w:r><w:drawing><wp:inline><wp:docPr id="1" name="图片 1" ${attributes}/></wp:inline></w:drawing></w:r>`);
const workbook = (text: string) =>
  rawZip([
    {
      name: '[Content_Types].xml',
      content: '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    },
    {
      name: 'xl/sharedStrings.xml',
      content: `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>${text}</t></si></sst>`,
    },
  ]);

type Write = (text: string, properties?: string) => string;
const PLACES: Record<string, (text: string, write: Write) => DocxParts> = {
  body: (text, write) => body(paragraph(write(text))),
  'table cell': (text, write) => body(table([['项目'], [paragraph(write(text))]])),
  header: (text, write) => ({ ...body(''), header: paragraph(write(text)) }),
  footer: (text, write) => ({ ...body(''), footer: paragraph(write(text)) }),
  footnote: (text, write) => ({
    ...body(''),
    footnotes: `<w:footnote w:id="2">${paragraph(write(text))}</w:footnote>`,
  }),
  comment: (text, write) => ({
    ...body(''),
    comments: `<w:comment w:id="2" w:author="甲">${paragraph(write(text))}</w:comment>`,
  }),
  'text box': (text, write) =>
    body(
      paragraph(
        `<w:r><w:pict><v:shape><v:textbox><w:txbxContent>${paragraph(write(text))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>`,
      ),
    ),
  watermark: (text) => ({
    ...body(''),
    header: paragraph(`<w:r><w:pict><v:shape><v:textpath string="${text}"/></v:shape></w:pict></w:r>`),
  }),
  'hidden text': (text, write) => body(paragraph(write(text, '<w:vanish/>'))),
  'white text': (text, write) => body(paragraph(write(text, '<w:color w:val="FFFFFF"/>'))),
  'tracked insertion': (text, write) => body(paragraph(`<w:ins w:author="甲">${write(text)}</w:ins>`)),
  'tracked deletion': (text, write) =>
    body(
      paragraph(
        `<w:del w:author="甲">${write(text).replaceAll('w:t>', 'w:delText>').replaceAll('<w:t ', '<w:delText ')}</w:del>`,
      ),
    ),
  'core property': (text) => ({ ...body(''), core: `<dc:subject>${text}</dc:subject>` }),
  'custom property': (text) => ({
    ...body(''),
    custom: `<property name="备注"><vt:lpwstr>${text}</vt:lpwstr></property>`,
  }),
  'alternative text': (text) => body(picture(`descr="${text}"`)),
  'title of a picture': (text) => body(picture(`title="${text}"`)),
  'content control': (text, write) => body(`<w:sdt><w:sdtContent>${paragraph(write(text))}</w:sdtContent></w:sdt>`),
  'document variable': (text) => ({
    ...body(''),
    settings: `<w:docVars><w:docVar w:name="a" w:val="${text}"/></w:docVars>`,
  }),
  'embedded workbook': (text) => ({
    ...body(''),
    more: {
      'word/embeddings/book1.xlsx': {
        type: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
        content: workbook(text),
      },
    },
  }),
};

const PROSE = [
  '涉及国家秘密、商业秘密和个人隐私的信息，依照有关法律规定不予公开。',
  '加强保密工作，严格执行涉密文件、涉密载体和涉密人员管理制度。',
  '机密级、秘密级国家秘密的知悉范围，应当根据工作需要限定在最小范围。',
  '绝密级国家秘密不超过三十年，机密级国家秘密不超过二十年，秘密级国家秘密不超过十年。',
  '工作人员应当保守在工作中知悉的商业秘密，保护数据的机密性、完整性。',
  '对密级变更、解密的文件，及时办理手续，保管期限分为永久、30年和10年。',
];

let data: RuleData;
beforeAll(async () => {
  data = await loadRuleData();
});

async function codesIn(parts: DocxParts, file = 'policy.docx'): Promise<string[]> {
  const { model, findings } = await readDocument({ mediaType: DOCX, file, bytes: docx(parts) });
  // That something is embedded is told by the reader; what it says, by the rules.
  expect(findings.filter(({ code }) => code !== 'FILE-EMBEDDED-OBJECT')).toEqual([]);
  if (!model) return [];
  const bundle = bundleOf({ manifest: null }, [{ item: item('policy', 'policy-document', file), model }]);
  return [classificationMark, internalMaterial].flatMap((rule) => rule.check(bundle, data)).map(({ code }) => code);
}

describe.each(Object.entries(PLACES))('%s', (_, build) => {
  test.each(Object.entries(DISGUISES))('a mark is found: %s', async (_name, { text, split }) => {
    expect(await codesIn(build(text, split ? letters : run))).toContain('SEC-MARK');
  });
  test('a mark of internal use is found', async () => {
    expect(await codesIn(build('内部资料　注意保存', letters))).toContain('SEC-INTERNAL');
  });
  test.each(PROSE)('prose is left alone: %s', async (text) => {
    expect(await codesIn(build(text, run))).toEqual([]);
  });
});

test.each(['机密★1年 通知.docx', '【绝密】办法.docx', '秘密_工作方案.docx', '方案（机密）.docx'])(
  'file name %s',
  async (file) => {
    expect(await codesIn(body(''), file)).toContain('SEC-MARK');
  },
);
test.each(['保密工作方案.docx', '国家秘密定密管理办法.docx', '商业秘密保护.docx'])(
  'file name %s is left alone',
  async (file) => {
    expect(await codesIn(body(''), file)).toEqual([]);
  },
);
