import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import type { DocumentModel } from '../../documents/model.ts';
import { finding, type Rule } from '../rule.ts';
import { FORMAT } from './sources.ts';

const TITLE: CodeEntry = {
  code: 'WRD-TITLE-MANIFEST',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '文件里找不到清单登记的标题', en: 'The title of the manifest is not in the document' },
  source: FORMAT('7.3.1'),
  good: '清单与文件标题相同',
  bad: '清单标题多一个字或者少一个字',
};
const NUMBER: CodeEntry = {
  code: 'WRD-DOCNUM-MANIFEST',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '发文字号与清单不一致', en: 'The document number differs from the manifest' },
  source: FORMAT('7.2.5'),
  good: '清单与文件都是云溪政办字〔2026〕14号',
  bad: '清单为14号，文件为15号',
};

/** What pages, WeChat and the gazette will show comes from the manifest: it has to be what the document says. */
export const manifestAgreement: Rule = {
  codes: [TITLE, NUMBER],
  check({ policy, outline, manifest }) {
    if (!policy || !outline || !manifest) return [];
    const findings: Finding[] = [];
    const compact = (value: string) => value.replace(/\s/gu, '');
    if (
      ![outline.title?.text ?? '', ...titlesIn(policy.model)].some((line) =>
        compact(line).includes(compact(manifest.title)),
      )
    ) {
      findings.push(
        finding(
          TITLE,
          policy.item.id,
          { where: 'title', paragraph: outline.title?.paragraph ?? 0, quote: outline.title?.text ?? '' },
          {
            zh: `文件里找不到清单登记的标题“${manifest.title}”。`,
            en: `The document nowhere has the title "${manifest.title}".`,
          },
          { zh: '请改正清单或者文件。', en: 'Correct the manifest or the document.' },
        ),
      );
    }
    const number = outline.documentNumber;
    if (manifest.documentNumber && number && serial(number.text) !== serial(manifest.documentNumber)) {
      findings.push(
        finding(
          NUMBER,
          policy.item.id,
          { where: 'docnum', paragraph: number.paragraph, quote: number.text },
          {
            zh: `文件的发文字号是“${number.text}”，清单是“${manifest.documentNumber}”。`,
            en: `The document has "${number.text}", the manifest "${manifest.documentNumber}".`,
          },
          { zh: '请改正清单或者文件。', en: 'Correct the manifest or the document.' },
        ),
      );
    }
    return findings;
  },
};

/** Number without its brackets and leading zeros: how it is written is another rule's affair. */
const serial = (number: string) =>
  number
    .normalize('NFKC')
    .replace(/\D*?(?=\d)/u, '')
    .replace(/[^\d]+0*/gu, ' ')
    .trim();

/** A title may run over several centred lines; the printed document has its own. */
function titlesIn(model: DocumentModel): string[] {
  const all: string[] = [];
  let centred = '';
  for (const { text, alignment, cell } of model.paragraphs) {
    if (cell) continue;
    centred = alignment === 'center' && text.trim() !== '' ? centred + text : '';
    all.push(centred, text);
  }
  return all;
}
