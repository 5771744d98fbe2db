import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';

const ALTERNATIVE: CodeEntry = {
  code: 'INT-ALT-TEXT',
  gate: 'intake',
  severity: 'warning',
  title: { zh: '图片解读没有文字说明', en: 'A picture without a text alternative' },
  source:
    'GB/T 37668—2019《信息技术　互联网内容无障碍可访问性技术要求与测试方法》；《中华人民共和国无障碍环境建设法》第三十二条',
  good: '清单的 alternativeText 写明图上的文字',
  bad: '图解既没有标题，也没有文字说明',
};

/** A reader who cannot see the picture is told what it says: manifest, title or description in the file, or its text. */
export const pictureAlternative: Rule = {
  codes: [ALTERNATIVE],
  check: ({ materials }) =>
    materials
      .filter(({ model }) => model.format === 'image' || model.format === 'svg')
      .filter(({ item, model }) => {
        const inFile =
          model.images.some(({ altText }) => altText) || model.paragraphs.some(({ text }) => text.trim() !== '');
        return !item.alternativeText && !item.title && !inFile;
      })
      .map(({ item }) =>
        finding(
          ALTERNATIVE,
          item.id,
          { where: 'file', quote: '' },
          { zh: `图片“${item.file}”没有文字说明。`, en: `The picture "${item.file}" has no text alternative.` },
          {
            zh: '请在清单中填写 alternativeText 或者 title。',
            en: 'Give it an alternativeText or a title in the manifest.',
          },
        ),
      ),
};
