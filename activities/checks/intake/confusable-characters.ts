import type { CodeEntry } from '../../../schemas/rules.ts';
import { findConfusables } from '../../bundles/confusables.ts';
import { finding, type Rule } from '../rule.ts';
import { INTAKE_RULES } from './sources.ts';

const CONFUSABLE: CodeEntry = {
  code: 'TEXT-CONFUSABLE',
  gate: 'intake',
  severity: 'error',
  title: {
    zh: '标题、发文字号等关键字段含形近异体字符或者看不见的字符',
    en: 'A key field has look-alike or invisible characters',
  },
  source: INTAKE_RULES,
  good: '人民政府办公室',
  bad: '⼈⺠政府办公室（前两字是部首字符）',
};

/** Title, number, recipients and signature of the document itself; the manifest's fields are checked on the way in. */
export const confusableCharacters: Rule = {
  codes: [CONFUSABLE],
  check({ policy, outline }) {
    if (!policy || !outline) return [];
    const lines = [...outline.titleLines, outline.documentNumber?.paragraph, outline.recipients?.paragraph];
    return lines.flatMap((paragraph) => {
      const text = paragraph === undefined ? '' : (policy.model.paragraphs[paragraph]?.text ?? '');
      const found = findConfusables(text.replace(/[\t\u3000]/gu, ' '));
      if (found.length === 0 || paragraph === undefined) return [];
      const list = found
        .map(({ quote, instead }) =>
          instead ? `${quote}→${instead}` : `U+${quote.codePointAt(0)?.toString(16).toUpperCase()}`,
        )
        .join('、');
      return [
        finding(
          CONFUSABLE,
          policy.item.id,
          { where: 'body', paragraph, start: 0, end: text.length, quote: text },
          {
            zh: `文件的关键字段中有形近异体字符或者看不见的字符：${list}。`,
            en: `A key field of the document has look-alike or invisible characters: ${list}.`,
          },
          { zh: '请删除后用输入法重新输入这些字。', en: 'Delete these characters and type them again.' },
        ),
      ];
    });
  },
};
