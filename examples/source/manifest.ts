import type { Manifest, ManifestItem } from '../../schemas/bundle.ts';
import { facts } from './facts.ts';

const { title, number, issuer, unit, phone } = facts;

type Source = Omit<Manifest, 'bundleId' | 'items'> & {
  bundleId: string;
  items: Omit<ManifestItem, 'mediaType' | 'sha256' | 'bytes'>[];
};

/** manifest.json less what follows from the files: media types, digests, sizes. */
export const manifest: Source = {
  manifestVersion: 1,
  bundleId: '5b0c6f0e-2f4b-4c5d-9a71-3d1e8a6b0c31',
  title,
  documentNumber: number,
  policyKind: 'business-support',
  issuingBody: issuer,
  draftingUnit: unit,
  drafter: { name: '孟春禾', office: '绿色发展科', phone },
  issuedOn: '2026-11-18',
  effectiveFrom: '2026-12-25',
  effectiveUntil: '2028-12-24',
  supersedes: [],
  disclosure: 'proactive',
  isNormative: true,
  isBusinessSupport: true,
  isMajorDecision: false,
  affectsOperators: true,
  reviews: {
    legality: {
      opinionNumber: '青禾司审〔2026〕23号',
      unit: '区司法局',
      date: '2026-11-09',
      conclusion: 'approved',
      item: 'legality',
    },
    fairCompetition: {
      unit: '区市场监督管理局',
      date: '2026-11-03',
      conclusion: 'approved',
      item: 'fair-competition',
    },
    publicConsultation: null,
  },
  // The channels that are installed as shipped, so that `lockstep submit` takes this bundle as it is.
  channels: ['website', 'wechat', 'press-pack'],
  plannedReleaseAt: '2026-11-25T10:00:00+08:00',
  variants: {
    wechat: {
      shortTitle: '青禾区支持中小企业节能降碳改造，最高补助60万元',
      digest: '请人诊断、更换设备、改造工艺、建设系统、贷款贴息，都有资金支持。政策全文和解读同步发布。',
      author: '青禾区政府办公室',
    },
  },
  items: [
    { id: 'policy', role: 'policy-document', file: 'policy.docx', public: true, title },
    { id: 'plan', role: 'interpretation-plan', file: 'plan.docx', public: false, title: `《${title}》解读方案` },
    {
      id: 'text',
      role: 'interpretation-material',
      file: 'interpretation.docx',
      public: true,
      form: 'text',
      title: `《${title}》文字解读`,
    },
    {
      id: 'picture',
      role: 'interpretation-material',
      file: 'infographic.svg',
      public: true,
      form: 'infographic',
      title: '一图读懂：中小企业节能降碳改造，怎么补、怎么办',
      alternativeText: [
        '青禾区支持中小企业节能降碳改造的政策图解。青禾政字〔2026〕31号，2026年12月25日起施行。',
        '谁能申请：在青禾区行政区域内实施节能降碳改造的中型、小型、微型企业，项目正常运行3个月以上，用能量下降10%以上。',
        '五项支持：节能诊断补助50%，最高1万元；设备更新补助15%，最高30万元；工艺改造每吨标准煤补助400元，最高40万元；能源管理补助20%，最高10万元；贷款贴息30%，最高20万元。一家企业合计最高60万元。',
        '怎么办：在“青禾企服”平台网上申报，10个工作日内审核，公示5个工作日，15个工作日内拨付。',
        '什么时候办：每年3月1日至4月30日、9月1日至10月31日，首批从2027年3月1日开始。',
        '找谁问：区发展和改革局绿色发展科，电话0390-5550186；“青禾企服”平台技术支持，电话0390-5550190；现场申报在青禾区禾风路66号青禾区政务服务中心三楼惠企窗口。',
      ].join(''),
    },
    {
      id: 'qa',
      role: 'interpretation-material',
      file: 'qa.md',
      public: true,
      form: 'qa',
      title: '企业节能降碳改造，您问我答',
    },
    {
      id: 'press',
      role: 'interpretation-material',
      file: 'press-release.docx',
      public: true,
      form: 'press-release',
      title: '青禾区出台措施支持中小企业节能降碳改造',
    },
    {
      id: 'legality',
      role: 'supporting-document',
      file: 'legality-review.docx',
      public: false,
      form: 'legality-review-opinion',
      title: `关于《${title}》的合法性审核意见（青禾司审〔2026〕23号）`,
    },
    {
      id: 'fair-competition',
      role: 'supporting-document',
      file: 'fair-competition-review.docx',
      public: false,
      form: 'fair-competition-review',
      title: '公平竞争审查表',
    },
  ],
};
