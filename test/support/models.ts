import { createHash } from 'node:crypto';
import { bundleOf } from '../../activities/checks/check-bundle.ts';
import type { CheckedBundle, CheckedItem } from '../../activities/checks/rule.ts';
import { numberedLevel } from '../../activities/documents/heading-level.ts';
import type { Aside, DocumentModel, ImagePart, Paragraph } from '../../activities/documents/model.ts';
import { BundleId, Manifest, type ManifestItem } from '../../schemas/bundle.ts';

/**
 * A document written down as lines: `^` centred, `>` to the right, `#` a Markdown heading, `|a|b|` a table row (the first
 * of a table is its header). Enough to show what a rule looks at.
 */
export type Draft = {
  format: DocumentModel['format'];
  lines: string[];
  asides: Pick<Aside, 'kind' | 'text'>[];
  properties: DocumentModel['properties'];
  images: Partial<ImagePart>[];
  embeddedObjects: string[];
};

export const draft = (text: string, format: DocumentModel['format'] = 'docx'): Draft => ({
  format,
  lines: text.split('\n').filter((line) => line.trim() !== ''),
  asides: [],
  properties: [],
  images: [],
  embeddedObjects: [],
});

export function modelOf({ format, lines, asides, properties, images, embeddedObjects }: Draft): DocumentModel {
  const paragraphs: Paragraph[] = [];
  let table = -1;
  let row = 0;
  for (const line of lines) {
    if (/^\|.*\|$/.test(line)) {
      const cells = line.slice(1, -1).split('|');
      if (paragraphs.at(-1)?.cell?.table !== table || table === -1) {
        table += 1;
        row = 0;
      } else row += 1;
      for (const [column, text] of cells.entries()) {
        const cell = { table, row, column, header: row === 0, rowSpan: 1, columnSpan: 1 };
        paragraphs.push({ ...plain(text), cell });
      }
      continue;
    }
    const [, mark = '', text = ''] = /^([\^>]|#+ )?(.*)$/s.exec(line) ?? [];
    const level = mark.startsWith('#') ? mark.trim().length : numberedLevel(text);
    const alignment = mark === '^' ? 'center' : mark === '>' ? 'right' : null;
    paragraphs.push({ ...plain(text), headingLevel: level, alignment });
  }
  return {
    format,
    paragraphs,
    asides: asides.map((aside) => ({ part: 'test', author: null, paragraph: null, ...aside })),
    images: images.map((image) => ({
      part: 'word/media/image1.jpg',
      mediaType: 'image/jpeg',
      width: null,
      height: null,
      bytes: 1,
      altText: null,
      metadata: {},
      gps: null,
      paragraph: null,
      ...image,
    })),
    properties,
    links: [],
    package: { hasMacros: false, embeddedObjects, externalRelationships: [] },
  };
}

const plain = (text: string): Paragraph => ({
  text,
  style: null,
  headingLevel: null,
  numbering: null,
  alignment: null,
  bold: false,
  cell: null,
  pageBreakBefore: false,
});

export type BundleDraft = {
  manifest: Manifest;
  /** By item id. */
  documents: Record<string, Draft>;
};

const NUMBER = '青禾政办发〔2026〕7号';
const TITLE = '青禾区公共体育场馆开放服务办法';

export const item = (id: string, role: ManifestItem['role'], file: string): ManifestItem => ({
  id,
  role,
  file,
  mediaType: file.endsWith('.md')
    ? 'text/markdown'
    : 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  public: role !== 'interpretation-plan' && role !== 'supporting-document',
  sha256: createHash('sha256').update(id).digest('hex'),
  bytes: 1,
});

/** A clean bundle of a fictional district: no rule has anything to say about it. */
export function cleanBundle(): BundleDraft {
  return {
    manifest: Manifest.parse({
      manifestVersion: 1,
      bundleId: BundleId.parse('5b0f6f64-6f0c-4c1f-9d6e-3b0f3a0c1d2e'),
      title: TITLE,
      documentNumber: NUMBER,
      policyKind: 'normative-document',
      issuingBody: '青禾区人民政府办公室',
      draftingUnit: '区教育和体育局',
      drafter: null,
      issuedOn: '2026-04-15',
      effectiveFrom: '2026-05-15',
      effectiveUntil: '2031-05-14',
      supersedes: [],
      disclosure: 'proactive',
      isNormative: true,
      isBusinessSupport: false,
      isMajorDecision: false,
      affectsOperators: false,
      reviews: {
        legality: { unit: '区司法局', date: '2026-03-30', conclusion: 'approved', item: 'legality' },
        fairCompetition: null,
        publicConsultation: null,
      },
      channels: ['website', 'wechat', 'app'],
      plannedReleaseAt: '2026-04-17T09:00:00+08:00',
      items: [
        item('policy', 'policy-document', 'policy.docx'),
        item('plan', 'interpretation-plan', 'plan.docx'),
        item('text', 'interpretation-material', 'interpretation.md'),
        item('legality', 'supporting-document', 'legality.docx'),
      ],
    }),
    documents: {
      policy: draft(`
^青禾区人民政府办公室文件
^${NUMBER}
^青禾区人民政府办公室
^关于印发《${TITLE}》的通知
各街道办事处，区政府各部门，各有关单位：
《${TITLE}》已经区政府同意，现印发给你们，请认真组织实施。
>青禾区人民政府办公室
>2026年4月15日
（此件公开发布）
^${TITLE}
第一条　为提高公共体育场馆使用效率，满足群众健身需求，根据《中华人民共和国体育法》等规定，制定本办法。
第二条　公共体育场馆每周开放时间不少于35小时，全年开放时间不少于330天。
第三条　室内场馆每天至少安排2小时免费开放时段，优惠幅度不低于公示价格的50%。
第四条　本办法自2026年5月15日起施行，有效期至2031年5月14日。
抄送：区委各部门，区人大常委会办公室，区政协办公室。
青禾区人民政府办公室　　　　　　　　2026年4月15日印发`),
      plan: draft(`
^《${TITLE}》解读方案
一、解读提纲
出台背景、决策依据、出台目的、重要举措。
二、解读形式
文字解读。
三、解读渠道
区政府网站、微信公众号。
四、解读时间
2026年4月17日与文件同步发布。
五、责任单位
区教育和体育局。
>区教育和体育局
>2026年4月8日`),
      text: draft(
        `
# 《${TITLE}》解读
## 出台背景
群众反映部分场馆开放时间短、预约难，场馆利用率有待提高。
## 决策依据
《中华人民共和国体育法》等规定。
## 出台目的
让群众有更多地方健身，让场馆用得更充分。
## 重要举措
每周开放时间不少于35小时，室内场馆每天至少安排2小时免费开放时段。
办法自2026年5月15日起施行，有效期至2031年5月14日。咨询电话：0531-55550431。`,
        'markdown',
      ),
      legality: draft('经审核，内容合法，可以提请审议。'),
    },
  };
}

export function bundleFrom({ manifest, documents }: BundleDraft): CheckedBundle {
  const items = manifest.items.flatMap((entry): CheckedItem[] => {
    const document = documents[entry.id];
    return document ? [{ item: entry, model: modelOf(document) }] : [];
  });
  return bundleOf({ manifest }, items);
}

/** Puts lines into the policy before its last article: where running text stands. */
export function insert(bundle: BundleDraft, ...lines: string[]): void {
  const policy = bundle.documents.policy;
  const at = policy?.lines.findIndex((line) => line.startsWith('第三条')) ?? -1;
  policy?.lines.splice(at + 1, 0, ...lines);
}

/** Replaces words in a document; fails where they are not there. */
export function replace(bundle: BundleDraft, id: string, from: string, to: string): void {
  const document = bundle.documents[id];
  if (!document?.lines.some((line) => line.includes(from))) throw new Error(`No "${from}" in ${id}`);
  document.lines = document.lines.map((line) => line.replace(from, to)).filter((line) => line !== '');
}

/** A change that sets fields of the manifest. */
export const withManifest =
  (fields: Partial<Manifest>) =>
  (bundle: BundleDraft): void => {
    Object.assign(bundle.manifest, fields);
  };

/** A change that gives an item another text. */
export const withDocument =
  (id: string, text: string, format: DocumentModel['format'] = 'docx') =>
  (bundle: BundleDraft): void => {
    bundle.documents[id] = draft(text, format);
  };
