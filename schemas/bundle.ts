import { z } from 'zod';
import { Day, Instant } from './text.ts';

/** 政策包: document, interpretation plan and interpretation materials, released as one. */
export const BundleId = z.uuid().brand<'BundleId'>();
export type BundleId = z.infer<typeof BundleId>;

/** 渠道. Everything a channel shows of one bundle is one object there, so that it is whole or absent. */
export const Channel = z.enum(['website', 'wechat', 'app', 'gazette', 'press-pack']);
export type Channel = z.infer<typeof Channel>;

export const ItemRole = z.enum([
  'policy-document', // 政策文件
  'interpretation-plan', // 解读方案
  'interpretation-material', // 解读材料
  'attachment', // 附件
  'supporting-document', // 佐证材料: legal dossier, extracted text; never public
]);
export type ItemRole = z.infer<typeof ItemRole>;

/** An item id names the part in findings, on pages and in the seal; it never contains the title. */
export const ItemId = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'Expected lower-case letters, digits and hyphens');

export const PolicyKind = z.enum([
  'normative-document', // 行政规范性文件
  'business-support', // 惠企政策
  'work-points', // 工作要点
  'work-plan', // 工作方案
  'notice', // 通知
  'major-decision', // 重大行政决策
  'emergency', // 应急
  'release-notice', // 发布公告: corrects, abolishes or withdraws what was released, and interprets nothing
]);
export type PolicyKind = z.infer<typeof PolicyKind>;

/** 公开属性 (国办发〔2016〕80号 一（一）). Only a proactive one may reach a channel. */
export const Disclosure = z.enum(['proactive', 'on-request', 'none']);
export type Disclosure = z.infer<typeof Disclosure>;

/** No field of a manifest needs more; a longer one is an attempt to hide or to overflow something. */
const line = (max: number) => z.string().trim().min(1).max(max);

export const ManifestItem = z.strictObject({
  id: ItemId,
  role: ItemRole,
  /** Path inside the bundle, with `/`; its safety is checked before it is ever opened. */
  file: z.string().min(1).max(1024),
  mediaType: z.string().regex(/^[\w.+-]+\/[\w.+-]+$/, 'Expected a media type such as text/markdown'),
  public: z.boolean(),
  /** 解读形式 of a material (`text`, `qa`, `infographic`, `press-release`, …) or kind of a supporting document. */
  form: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,63}$/)
    .optional(),
  title: line(200).optional(),
  /** 文字说明 of a picture; without one the system proposes the text it finds in the picture or the title. */
  alternativeText: line(2000).optional(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
});
export type ManifestItem = z.infer<typeof ManifestItem>;

/** 合法性审核意见 has three outcomes: 合法, 不合法, 应当予以修改 (国办发〔2018〕115号). */
export const ReviewConclusion = z.enum(['approved', 'rejected', 'to-be-amended', 'not-applicable']);

const Review = z.strictObject({
  opinionNumber: line(100).optional(),
  unit: line(200),
  date: Day,
  conclusion: ReviewConclusion,
  item: ItemId,
});

const PublicConsultation = z.strictObject({
  from: Day,
  to: Day,
  received: z.int().nonnegative(),
  adopted: z.int().nonnegative(),
  partlyAdopted: z.int().nonnegative(),
  notAdopted: z.int().nonnegative(),
  item: ItemId,
});

/** 渠道版本: what a channel shows where the document's own title or length does not fit. Proposed where absent. */
export const WeChatVariant = z.strictObject({
  /** WeChat's limit is 32 characters (draft/add). */
  shortTitle: line(32).optional(),
  digest: line(128).optional(),
  author: line(16).optional(),
  /** Item whose picture is the cover. */
  cover: ItemId.optional(),
});
export type WeChatVariant = z.infer<typeof WeChatVariant>;

export const Variants = z.strictObject({ wechat: WeChatVariant.optional() });
export type Variants = z.infer<typeof Variants>;

/** What a bundle does to one that was released before it (立改废释). */
export const ActKind = z.enum([
  'correct', // 更正: the publication was wrong, the policy stays
  'amend', // 修改
  'supersede', // 替代
  'abolish', // 废止
  'withdraw', // 撤回: it should not have been public
]);
export type ActKind = z.infer<typeof ActKind>;

/** An act on a released bundle; it takes effect once this bundle is public, its change of validity on the day `on`. */
export const Act = z.strictObject({ act: ActKind, bundleId: BundleId, on: Day, reason: line(500) });
export type Act = z.infer<typeof Act>;

/** manifest.json of a bundle directory or zip, version 1. Unknown keys are refused: a misspelt one would be lost. */
export const Manifest = z.strictObject({
  manifestVersion: z.literal(1),
  bundleId: BundleId,
  /** 标题 of the policy itself; for “关于印发《…》的通知”, of the printed document. */
  title: line(200),
  /** 发文字号, or null where the document has none yet. */
  documentNumber: line(100).nullable(),
  policyKind: PolicyKind,
  issuingBody: line(200),
  draftingUnit: line(200),
  drafter: z.strictObject({ name: line(100), office: line(200), phone: line(50) }).nullable(),
  issuedOn: Day,
  effectiveFrom: Day.nullable(),
  effectiveUntil: Day.nullable(),
  supersedes: z.array(
    z.strictObject({
      title: line(200),
      documentNumber: line(100).nullable(),
      action: z.enum(['repealed', 'amended', 'replaced']),
      on: Day,
    }),
  ),
  acts: z.array(Act).max(20).optional(),
  disclosure: Disclosure,
  isNormative: z.boolean(),
  isBusinessSupport: z.boolean(),
  isMajorDecision: z.boolean(),
  affectsOperators: z.boolean(),
  reviews: z.strictObject({
    legality: Review.nullable(),
    fairCompetition: Review.nullable(),
    publicConsultation: PublicConsultation.nullable(),
  }),
  channels: z.array(Channel).min(1),
  plannedReleaseAt: Instant,
  variants: Variants.optional(),
  items: z.array(ManifestItem).min(1).max(200),
});
export type Manifest = z.infer<typeof Manifest>;
