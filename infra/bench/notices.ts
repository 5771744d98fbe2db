import { createHash } from 'node:crypto';
import { BundleId, type Channel, Manifest } from '../../schemas/bundle.ts';
import { DOCX, docx } from './docx.ts';

/** A bundle in memory, ready to be packed. */
export type MadeBundle = { manifest: Manifest; parts: { file: string; bytes: Uint8Array }[] };

/** Document, plan, two interpretations, one annex. */
export const ITEMS_PER_NOTICE = 5;

/**
 * A made-up notice that passes every check without a finding: the number, the title and the amounts are its own, and
 * all of its parts agree on them. `serial` counts from 1 within a run; the id is given, so that a run can be repeated.
 */
export async function makeNotice(serial: number, bundleId: string, channels: Channel[]): Promise<MadeBundle> {
  const facts = factsOf(serial);
  const paragraphs = (lines: string[]) => docx(lines.map((text) => ({ text })));
  const files = new Map<string, Uint8Array>([
    ['policy.docx', await paragraphs(policy(facts))],
    ['plan.docx', await paragraphs(plan(facts))],
    ['interpretation.docx', await paragraphs(interpretation(facts))],
    ['qa.md', Buffer.from(questions(facts))],
    ['annex.docx', await docx([{ text: `${facts.place}维护安排表` }, { rows: schedule(facts) }])],
  ]);
  return {
    manifest: manifestOf(facts, files, bundleId, channels),
    parts: [...files].map(([file, bytes]) => ({ file, bytes })),
  };
}

type Facts = { title: string; number: string; place: string; lamps: number; amount: number };

function factsOf(serial: number): Facts {
  const place = `第${serial}网格`;
  return {
    title: `关于做好${place}公共照明维护工作的通知`,
    number: `清河政办发〔2026〕${serial}号`,
    place,
    lamps: 120 + serial * 7,
    amount: 30 + serial,
  };
}

const ISSUER = '清河区人民政府办公室';
const UNIT = '区住房城乡建设局';

const policy = ({ title, number, place, lamps, amount }: Facts) => [
  number,
  ISSUER,
  title,
  '各街道办事处，区政府各部门：',
  `为方便居民夜间出行，现就做好${place}公共照明维护工作通知如下。`,
  '一、工作任务',
  `${place}计划更换路灯${lamps}盏，安排维护资金${amount}万元，由区财政局按照工程进度拨付，专款专用，接受审计监督。`,
  '施工单位应当合理安排工序，尽量避开早晚出行高峰；确需占用通道的，应当设置明显标志。',
  '二、工作要求',
  '街道办事处应当在开工前公示施工内容和联系方式，听取居民意见，并对合理意见作出说明。',
  '工程完工后，由建设单位组织验收；验收不合格的，应当在15个工作日内完成整改。',
  `附件：${place}维护安排表`,
  ISSUER,
  '2026年9月18日',
  '（此件公开发布）',
];

const interpretation = ({ title, place, lamps, amount }: Facts) => [
  `《${title}》政策解读`,
  '一、出台背景',
  `${place}的路灯使用年限较长，居民对夜间照明的意见比较集中。`,
  '二、决策依据',
  '通知依据国家和省关于城市社区服务体系建设的有关要求制定。',
  '三、出台目的',
  '通知旨在改善公共照明，方便居民夜间出行。',
  '四、重要举措',
  `${place}计划更换路灯${lamps}盏，安排维护资金${amount}万元。`,
];

const questions = ({ place, lamps, amount }: Facts) => `# ${place}公共照明维护，您问我答

## 要换多少盏路灯？

计划更换路灯${lamps}盏。

## 钱从哪里来？

安排维护资金${amount}万元，由区财政局按照工程进度拨付。
`;

const plan = ({ title }: Facts) => [
  `《${title}》解读方案`,
  '一、解读主体',
  `${UNIT}负责解读。`,
  '二、解读提纲',
  '出台背景、决策依据、出台目的、重要举措。',
  '三、解读形式',
  '文字解读、问答解读。',
  '四、解读渠道',
  '区政府网站、政务新媒体。',
  '五、解读时间',
  '与文件同步发布。',
  '六、责任单位',
  `${UNIT}。`,
];

const schedule = ({ place, lamps, amount }: Facts) => [
  ['序号', '事项', '责任单位', '数量'],
  ['1', `${place}路灯更换（盏）`, UNIT, String(lamps)],
  ['2', `${place}维护资金（万元）`, '区财政局', String(amount)],
];

function manifestOf(
  { title, number }: Facts,
  files: Map<string, Uint8Array>,
  bundleId: string,
  channels: Channel[],
): Manifest {
  const item = (file: string, role: string, more: object = {}) => {
    const bytes = files.get(file) ?? new Uint8Array();
    return {
      id: file.replace(/\.\w+$/, ''),
      role,
      file,
      mediaType: file.endsWith('.md') ? 'text/markdown' : DOCX,
      public: true,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      bytes: bytes.byteLength,
      ...more,
    };
  };
  return Manifest.parse({
    manifestVersion: 1,
    bundleId: BundleId.parse(bundleId),
    title,
    documentNumber: number,
    policyKind: 'notice',
    issuingBody: ISSUER,
    draftingUnit: UNIT,
    drafter: null,
    issuedOn: '2026-09-18',
    effectiveFrom: null,
    effectiveUntil: null,
    supersedes: [],
    disclosure: 'proactive',
    isNormative: false,
    isBusinessSupport: false,
    isMajorDecision: false,
    affectsOperators: false,
    reviews: { legality: null, fairCompetition: null, publicConsultation: null },
    channels,
    plannedReleaseAt: '2026-09-21T09:00:00+08:00',
    items: [
      item('policy.docx', 'policy-document', { title }),
      item('plan.docx', 'interpretation-plan', { public: false }),
      item('interpretation.docx', 'interpretation-material', { form: 'text', title: `《${title}》政策解读` }),
      item('qa.md', 'interpretation-material', { form: 'qa', title: `${title}，您问我答` }),
      item('annex.docx', 'attachment'),
    ],
  });
}
