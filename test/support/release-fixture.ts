import { createHash, randomUUID } from 'node:crypto';
import type { ReleaseActivities } from '../../activities/releases/types.ts';
import { BundleId, type Channel, type ItemRole, Manifest } from '../../schemas/bundle.ts';
import { SealedPart } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { Digest } from '../../schemas/text.ts';
import type { Submission } from '../../workflows/policy-release/messages.ts';

export const digest = (text: string): Digest => Digest.parse(createHash('sha256').update(text).digest('hex'));
export const newBundleId = (): BundleId => BundleId.parse(randomUUID());

const gate = (id: string, zh: string, clockWorkingDays = 5) => ({
  id,
  name: { zh, en: `${id} gate` },
  clockWorkingDays,
  remindBeforeWorkingDays: 1,
  escalateAfterWorkingDays: 1,
  emergencyHours: 24,
  dependsOn: [...SealedPart.options],
  reviewsNotices: true,
});
export const fourGates = [
  gate('political', '政治关'),
  gate('legal', '法律关', 15),
  gate('secrecy', '保密关'),
  gate('wording', '文字关'),
];

export const submission = (changes: Partial<Submission> = {}): Submission => ({
  revision: 1,
  seal: digest('revision 1'),
  documentNumber: '青政发〔2026〕12号',
  drafterId: 'drafter',
  gates: fourGates,
  channels: [
    { channel: 'website', wave: 1 },
    { channel: 'wechat', wave: 2 },
  ],
  policy: 'publish-rest',
  interpretationPlans: 1,
  interpretationMaterials: 2,
  isNotice: false,
  acts: 0,
  obligations: { errors: [], warnings: [] },
  editors: ['drafter'],
  effectiveFrom: null,
  effectiveUntil: null,
  expiringDays: 30,
  ...changes,
});

export const receipt = (
  bundleId: BundleId,
  releaseId: ReleaseId,
  channel: Channel,
  state: ChannelReceipt['state'],
): ChannelReceipt => ({
  releaseId,
  bundleId,
  channel,
  state,
  attempt: 1,
  about: null,
  at: new Date().toISOString(),
  digests: [],
  url: null,
  detail: state === 'refused' ? { zh: '标题过长', en: 'title too long' } : null,
});

/** Fakes at the workflow's port that write down what was called. `commit` decides what the database would say. */
export function recordingActivities(overrides: Partial<ReleaseActivities> = {}): {
  activities: ReleaseActivities;
  calls: string[];
  releaseId: ReleaseId;
} {
  const calls: string[] = [];
  const releaseId = ReleaseId.parse(randomUUID());
  const activities: ReleaseActivities = {
    async recordDecision(_sealed, decision) {
      calls.push(`${decision.decision} ${decision.gate}`);
      return { decidedAt: new Date().toISOString() };
    },
    async recordTransition({ state, transition }) {
      calls.push(`→ ${state}`);
      return transition;
    },
    async announceTransitions() {},
    async carryDecisions() {
      return [];
    },
    async recordOverride(_sealed, { finding, step }) {
      calls.push(`${step} ${finding}`);
    },
    async recordEmergency() {
      calls.push('emergency');
      return { at: new Date().toISOString() };
    },
    async notify(_sealed, { kind, gate }) {
      calls.push(`notice ${kind}${gate ? ` ${gate}` : ''}`);
    },
    async gateClocks(gates, submittedAt, emergencyAt) {
      const after = (hours: number) =>
        new Date(Date.parse(emergencyAt ?? submittedAt) + hours * 3_600_000).toISOString();
      return gates.map(({ id, clockWorkingDays, emergencyHours }) => {
        const [remind, due, escalate] = emergencyAt
          ? [emergencyHours / 2, emergencyHours, emergencyHours + 1]
          : [(clockWorkingDays - 1) * 24, clockWorkingDays * 24, (clockWorkingDays + 1) * 24];
        const calendarVersion = emergencyAt ? null : 3;
        return {
          ...{ gate: id, calendarVersion, problem: null },
          remindAt: after(remind),
          dueAt: after(due),
          escalateAt: after(escalate),
        };
      });
    },
    async stageRelease(_sealed, channels) {
      calls.push(`stage ${channels.join(' ')}`);
      const objects = [
        { path: 'index.html', mediaType: 'text/html', sha256: digest('page'), bytes: 4, ciphertext: null },
      ];
      return { releaseId, channels: channels.map((channel) => ({ channel, objects })) };
    },
    async savePlan(_sealed, plan) {
      calls.push(plan ? `plan ${plan.t0}` : 'plan withdrawn');
      return { committedAt: null };
    },
    async commitRelease() {
      calls.push('commit');
      return { outcome: 'committed', committedAt: new Date().toISOString(), told: false };
    },
    async recordReceipt({ channel, state }) {
      calls.push(`settled ${channel} ${state}`);
    },
    async actsOf() {
      return [];
    },
    async recordAmendment(_sealed, _releaseId, { act }) {
      calls.push(`amended ${act}`);
    },
    async recordValidity(_sealed, _releaseId, validity) {
      calls.push(`validity ${validity}`);
    },
    async announceRelease(_sealed, _releaseId, order) {
      const act = order.type.split('.')[1] ?? '';
      const again = 'attempt' in order && order.attempt > 1 ? ` (${order.attempt})` : '';
      const about =
        order.type === 'release.go.v1' || (again && 'channels' in order) ? ` ${order.channels.join(' ')}` : '';
      calls.push(order.type === 'release.amended.v1' ? `tell ${order.amendment.act}` : `${act}${about}${again}`);
    },
    ...overrides,
  };
  return { activities, calls, releaseId };
}

const roles: ItemRole[] = ['policy-document', 'interpretation-plan', 'interpretation-material'];

/** A manifest with one item of each role, valid by its schema; the files behind it don't exist. */
export const manifestOf = (bundleId: BundleId, itemRoles: ItemRole[] = roles): Manifest =>
  Manifest.parse({
    manifestVersion: 1,
    bundleId,
    title: '青禾区支持企业绿色改造若干措施',
    documentNumber: '青政发〔2026〕12号',
    policyKind: 'business-support',
    issuingBody: '青禾区人民政府',
    draftingUnit: '区发展和改革局',
    drafter: null,
    issuedOn: '2026-11-02',
    effectiveFrom: null,
    effectiveUntil: null,
    supersedes: [],
    disclosure: 'proactive',
    isNormative: false,
    isBusinessSupport: true,
    isMajorDecision: false,
    affectsOperators: false,
    reviews: { legality: null, fairCompetition: null, publicConsultation: null },
    channels: ['website'],
    plannedReleaseAt: '2026-11-24T09:00:00+08:00',
    items: itemRoles.map((role) => ({
      id: role,
      role,
      file: `${role}.md`,
      mediaType: 'text/markdown',
      public: role !== 'interpretation-plan',
      sha256: digest(role),
      bytes: 1,
    })),
  });
