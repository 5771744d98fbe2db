import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedBundle, finding, type Rule } from '../rule.ts';
import { linesOf, placeOf } from '../text/lines.ts';
import { FORMAT, PROCESSING_REGULATION } from './sources.ts';

const entry = (
  code: string,
  severity: CodeEntry['severity'],
  source: string,
  zh: string,
  en: string,
  good: string,
  bad: string,
): CodeEntry => ({
  code,
  gate: 'wording',
  severity,
  title: { zh, en },
  source,
  good,
  bad,
});
const PUNCTUATION = entry(
  'WRD-TITLE-PUNCT',
  'warning',
  FORMAT('7.3.1'),
  '标题中用了不该用的标点',
  'Punctuation in the title',
  '关于做好防汛工作的通知',
  '关于做好防汛工作，确保安全度汛的通知。',
);
const KIND = entry(
  'WRD-DOC-TYPE',
  'warning',
  `${PROCESSING_REGULATION}第八条`,
  '标题的文种不是15种公文之一，或者两种并用',
  'The title names no kind of official document, or two',
  '关于……的请示',
  '关于……的请示报告',
);
const MANIFEST_TITLE = entry(
  'WRD-TITLE-MANIFEST',
  'warning',
  FORMAT('7.3.1'),
  '文件里找不到清单登记的标题',
  'The title of the manifest is not in the document',
  '清单与文件标题相同',
  '清单标题多一个字或者少一个字',
);
const NUMBER_MANIFEST = entry(
  'WRD-DOCNUM-MANIFEST',
  'warning',
  FORMAT('7.2.5'),
  '发文字号与清单不一致',
  'The document number differs from the manifest',
  '清单与文件都是云溪政办字〔2026〕14号',
  '清单为14号，文件为15号',
);
const RECIPIENTS = entry(
  'WRD-RECIPIENTS',
  'warning',
  FORMAT('7.3.2'),
  '主送机关后没有全角冒号',
  'No colon after the recipients',
  '各街道办事处，区政府各部门：',
  '各街道办事处，区政府各部门',
);
const SIGNER = entry(
  'WRD-SIGNER',
  'warning',
  FORMAT('7.2.6'),
  '不是上行文却标注了签发人',
  'A signatory on a document that goes down',
  '请示、报告标注签发人',
  '通知标注“签发人：王某”',
);
const ENDING = entry(
  'WRD-REPORT-ENDING',
  'error',
  `${PROCESSING_REGULATION}第十五条`,
  '报告夹带请示事项',
  'A report that asks for approval',
  '特此报告。',
  '报告末尾写“妥否，请批示”',
);

/** 15 kinds of the 条例; a printed plan or measure (办法、方案) is carried by a 通知. */
const KINDS = [
  '决议',
  '决定',
  '命令',
  '令',
  '公报',
  '公告',
  '通告',
  '意见',
  '通知',
  '通报',
  '报告',
  '请示',
  '批复',
  '议案',
  '函',
  '纪要',
];
const DOUBLED = /(请示报告|报告请示|通知通告|通告通知|公告通告|请示函|函请示|意见报告|决定通知|通知意见)$/u;
const UPWARD = /(请示|报告|意见)$/u;

export const title: Rule = {
  codes: [PUNCTUATION, KIND, MANIFEST_TITLE, NUMBER_MANIFEST, RECIPIENTS, SIGNER, ENDING],
  check(bundle) {
    const { policy, outline, manifest } = bundle;
    if (!policy || !outline) return [];
    const findings: Finding[] = [];
    const report = (code: CodeEntry, paragraph: number, quote: string, zh: string, en: string, where = 'title') =>
      findings.push(
        finding(
          code,
          policy.item.id,
          { where, paragraph, quote },
          { zh, en },
          { zh: `规范写法：${code.good}`, en: `As in: ${code.good}` },
        ),
      );

    const text = outline.title?.text.replace(/\s/gu, '') ?? '';
    if (outline.title && text.includes('关于')) {
      const at = outline.title.paragraph;
      const marks = /[，。；：！？,;:!?…]/u.exec(text.replace(/《[^》]*》|“[^”]*”/gu, ''));
      if (marks) report(PUNCTUATION, at, text, `标题中用了“${marks[0]}”。`, `The title has "${marks[0]}".`);
      const bare = text.replace(/[（(][^）)]*[）)]$/u, '').replace(/[。.]$/u, '');
      if (DOUBLED.test(bare)) report(KIND, at, text, '标题把两种文种连用。', 'The title joins two kinds of document.');
      else if (/关于.+的/u.test(bare) && !KINDS.some((kind) => bare.endsWith(kind))) {
        report(KIND, at, text, '标题末尾没有文种。', 'The title does not end in a kind of document.');
      }
    }
    if (outline.recipients && !/[：:]$/u.test(outline.recipients.text)) {
      report(
        RECIPIENTS,
        outline.recipients.paragraph,
        outline.recipients.text,
        '主送机关后应当用全角冒号。',
        'The recipients end with a full-width colon.',
        'body',
      );
    }
    const compact = (value: string) => value.replace(/\s/gu, '');
    if (manifest && !titles(bundle).some((line) => compact(line).includes(compact(manifest.title)))) {
      report(
        MANIFEST_TITLE,
        outline.title?.paragraph ?? 0,
        text,
        `文件里找不到清单登记的标题“${manifest.title}”。`,
        `The document nowhere has the title "${manifest.title}".`,
      );
    }
    const number = outline.documentNumber;
    if (manifest?.documentNumber && number && serial(number.text) !== serial(manifest.documentNumber)) {
      report(
        NUMBER_MANIFEST,
        number.paragraph,
        number.text,
        `文件的发文字号是“${number.text}”，清单是“${manifest.documentNumber}”。`,
        `The document has "${number.text}", the manifest "${manifest.documentNumber}".`,
        'docnum',
      );
    }
    return [...findings, ...upward(bundle, text)];
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
function titles({ policy }: CheckedBundle): string[] {
  if (!policy) return [];
  const all: string[] = [];
  let centred = '';
  for (const { text, alignment, cell } of policy.model.paragraphs) {
    if (cell) continue;
    centred = alignment === 'center' && text.trim() !== '' ? centred + text : '';
    all.push(centred, text);
  }
  return all;
}

function upward({ policy }: CheckedBundle, text: string): Finding[] {
  if (!policy) return [];
  const kind = text.replace(/[（(][^）)]*[）)]$/u, '');
  const lines = linesOf(policy.model).filter(({ cell }) => !cell);
  const signer =
    kind !== '' && !UPWARD.test(kind) ? lines.slice(0, 8).find((line) => /签发人[：:]/u.test(line.text)) : undefined;
  const asks = /报告$/u.test(kind)
    ? lines.find((line) =>
        /(妥否|当否|可否|是否妥当)[，,]?\s*请(予)?(批示|批复|批准|审批|审示)|以上[^。]{0,10}请(予)?(批准|批示|批复)/u.test(
          line.text,
        ),
      )
    : undefined;
  return [
    ...(signer
      ? [
          finding(
            SIGNER,
            policy.item.id,
            { where: 'body', paragraph: signer.paragraph, quote: signer.text.trim() },
            {
              zh: '只有上行文（请示、报告、意见）标注签发人。',
              en: 'Only documents that go up name their signatory.',
            },
          ),
        ]
      : []),
    ...(asks
      ? [
          finding(
            ENDING,
            policy.item.id,
            placeOf(asks, /(妥否|当否|可否|是否妥当|以上)[^。]*/u.exec(asks.text) ?? Object.assign([''])),
            { zh: '报告不得夹带请示事项。', en: 'A report asks for nothing.' },
            { zh: '请改用请示行文。', en: 'Ask in a 请示.' },
          ),
        ]
      : []),
  ];
}
