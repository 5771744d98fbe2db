import { createHash } from 'node:crypto';
import type { BundleSource } from '../../activities/bundles/source.ts';
import type { Manifest } from '../../schemas/bundle.ts';
import { type Block, DOCX, docx } from './docx.ts';

/** GB/T 9704—2012 5.2.3: 22 lines of 28 characters. */
export const PAGE_CHARACTERS = 22 * 28;
const PAGES_PER_PART = 20;

/**
 * A made-up bundle whose document has about `pages` pages, with plan and interpretation (a twentieth of its length),
 * held in memory. The same number gives the same bytes, so that a figure can be measured again.
 */
export async function longBundle(pages: number): Promise<BundleSource> {
  const { document, interpretation } = texts(pages);
  const files = new Map<string, Uint8Array>([
    ['policy.docx', await docx(document)],
    ['plan.docx', await docx(PLAN.map((text) => ({ text })))],
    ['interpretation.docx', await docx(interpretation)],
  ]);
  const manifest = Buffer.from(JSON.stringify(manifestOf(files)));
  files.set('manifest.json', manifest);
  return {
    kind: 'directory',
    findings: [],
    refused: [],
    list: async () => [...files].map(([path, { byteLength }]) => ({ path, bytes: byteLength })),
    read: async (path) => files.get(path) ?? new Uint8Array(),
  };
}

function texts(pages: number): { document: Block[]; interpretation: Block[] } {
  const document: Block[] = OPENING.map((text) => ({ text }));
  const interpretation: Block[] = INTERPRETATION.map((text) => ({ text }));
  const target = pages * PAGE_CHARACTERS;
  let written = 0;
  const add = (block: Block) => {
    document.push(block);
    written += 'rows' in block ? block.rows.flat().join('').length : block.text.length;
  };
  for (let task = 0; written < target; task += 1) {
    // A part has ten tasks of about two pages each; numbering starts anew with every part.
    const inPart = task % (PAGES_PER_PART / 2);
    const part = numeral(Math.floor(task / (PAGES_PER_PART / 2)) + 1);
    if (inPart === 0) add({ text: `${part}、第${part}片区工作任务`, heading: 1 });
    add({ text: `（${numeral(inPart + 1)}）${TASKS[task % TASKS.length]}`, heading: 2 });
    const place = `第${task + 1}网格`;
    const amount = 120 + ((task * 37) % 700);
    for (const [at, sentence] of SENTENCES.entries()) add({ text: sentence(place, amount + at) });
    add({
      rows: [
        ['序号', '事项', '责任单位', '完成时限', '投资（万元）'],
        ...Array.from({ length: 8 }, (_, row) => [
          String(row + 1),
          `${place}${ITEMS[(task + row) % ITEMS.length]}`,
          UNITS[(task + row) % UNITS.length] ?? '',
          `2027年${((task + row) % 12) + 1}月底前`,
          String(amount + row * 3),
        ]),
      ],
    });
    if (inPart === 0)
      interpretation.push({ text: `${place}安排改造资金${amount}万元。${place}的事项由牵头单位负责推进。` });
  }
  return { document: [...document, ...CLOSING.map((text) => ({ text }))], interpretation };
}

const DIGITS = ['', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
/** 1 to 99 in the numerals of headings. */
const numeral = (value: number) =>
  `${value >= 20 ? DIGITS[Math.floor(value / 10)] : ''}${value >= 10 ? '十' : ''}${DIGITS[value % 10]}`;

const TITLE = '清河区社区服务设施提升实施方案';
const NUMBER = '清河政发〔2026〕18号';
const OPENING = [
  NUMBER,
  `清河区人民政府关于印发《${TITLE}》的通知`,
  '各街道办事处，区政府各部门：',
  `《${TITLE}》已经区政府同意，现印发给你们，请认真组织实施。`,
];
const CLOSING = ['清河区人民政府', '2026年9月18日', '（此件公开发布）'];
const TASKS = [
  '完善道路和照明',
  '增加停车和充电设施',
  '改善养老和托幼条件',
  '提升物业服务水平',
  '整治公共环境',
  '畅通议事协商渠道',
  '保障施工和使用安全',
];
const ITEMS = ['道路修补', '路灯更换', '管网清淤', '电梯维护', '绿地补种', '广场平整', '门岗改造', '车棚搭建'];
const UNITS = ['区住房城乡建设局', '区民政局', '区城市管理局', '区公安分局'];
const SENTENCES: ((place: string, amount: number) => string)[] = [
  (place, amount) =>
    `${place}安排改造资金${amount}万元，由区财政局按照工程进度分批拨付，专款专用，接受审计监督。街道办事处应当在工程开工前公示施工内容和联系方式，听取居民意见，并对合理意见作出说明。`,
  (place, amount) =>
    `${place}计划修补路面${amount * 10}平方米，更换路灯${amount}盏。施工单位应当合理安排工序，尽量避开早晚出行高峰；确需占用通道的，应当设置明显标志，留出消防和救护车辆通行的宽度。`,
  (place) =>
    `建立${place}议事协商机制，每季度召开一次会议。居民代表、物业服务企业、业主委员会和社区工作者共同参加，对需要解决的事项逐项研究，形成清单，明确办理单位和办理时限，办理结果在公告栏公布。`,
  (place, amount) =>
    `${place}新增公共充电桩${amount % 60}个，优先布置在已有停车位旁边。供电企业负责电力容量核算和线路改造，社区负责日常巡查，发现线路老化、设备破损等情况，应当立即停用并通知维修单位。`,
  (place) =>
    `${place}的养老服务站点应当提供助餐、助浴和健康咨询等服务，收费项目和标准在醒目位置公示。街道办事处每半年组织一次满意度调查，调查结果作为安排下一年度工作的参考。`,
  (place, amount) =>
    `区住房城乡建设局牵头编制${place}的施工图，图纸应当经过专家论证。工程完工后，由建设单位组织验收，验收资料保存不少于10年；验收不合格的，应当在${(amount % 20) + 10}个工作日内完成整改。`,
];
const INTERPRETATION = [
  `《${TITLE}》政策解读`,
  '一、出台背景',
  '部分社区的服务设施使用年限较长，居民对道路、照明和停车的意见比较集中。',
  '二、决策依据',
  '方案依据国家和省关于城市社区服务体系建设的有关要求制定。',
  '三、出台目的',
  '方案旨在补齐社区服务设施短板，方便居民生活。',
  '四、重要举措',
];
const PLAN = [
  `《${TITLE}》解读方案`,
  '一、解读主体',
  '区住房城乡建设局负责解读。',
  '二、解读提纲',
  '出台背景、决策依据、出台目的、重要举措。',
  '三、解读形式',
  '文字解读。',
  '四、解读渠道',
  '区政府网站。',
  '五、解读时间',
  '与文件同步发布。',
  '六、责任单位',
  '区住房城乡建设局。',
];

function manifestOf(files: Map<string, Uint8Array>): Manifest | Record<string, unknown> {
  const item = (id: string, role: string, isPublic: boolean) => {
    const bytes = files.get(`${id}.docx`) ?? new Uint8Array();
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { id, role, file: `${id}.docx`, mediaType: DOCX, public: isPublic, sha256, bytes: bytes.byteLength };
  };
  return {
    manifestVersion: 1,
    bundleId: '3c0b7d4e-6a52-4f0b-9c1d-5b8e2f7a9d60',
    title: TITLE,
    documentNumber: NUMBER,
    policyKind: 'work-plan',
    issuingBody: '清河区人民政府',
    draftingUnit: '区住房城乡建设局',
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
    channels: ['website'],
    plannedReleaseAt: '2026-09-21T09:00:00+08:00',
    items: [
      item('policy', 'policy-document', true),
      item('plan', 'interpretation-plan', false),
      item('interpretation', 'interpretation-material', true),
    ],
  };
}
