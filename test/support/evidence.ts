import type { VouchedEvidence } from '../../activities/audit/evidence.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import { BundleEvidence } from '../../schemas/evidence.ts';
import type { Finding } from '../../schemas/finding.ts';
import { findingKey } from '../../schemas/finding-key.ts';
import { digest, manifestOf } from './release-fixture.ts';

const contentOf = (bundleId: BundleId, title: string) =>
  sealedContent({
    manifest: { ...manifestOf(bundleId), title },
    ...{ parts: [], channels: ['website', 'wechat'], policy: 'publish-rest', ruleSet: '1' },
  });

/** The evidence of a bundle of one revision, with whatever else a test has of it. */
export function evidenceFixture(
  bundleId: BundleId,
  { title = '关于规范校园周边交通秩序的通知', ...given }: Partial<BundleEvidence> & { title?: string } = {},
): BundleEvidence {
  const content = contentOf(bundleId, title);
  return {
    bundleId,
    chainSize: 0,
    revisions: [
      {
        ...{ revision: 1, seal: sealOf(content), title, documentNumber: content.manifest.documentNumber, content },
        ...{ gates: ['legal'], gateInputs: { legal: digest('input') }, obligations: { errors: [], warnings: [] } },
        ...{ findings: [], drafterId: 'meng-chunhe', createdAt: '2026-03-01T01:00:00.000Z' },
      },
    ],
    ...{ changes: [], decisions: [], overrides: [], delegations: [], revocations: [], emergencies: [] },
    ...{ emergencyReports: [], notices: [], groups: [], transitions: [], releases: [], receipts: [] },
    ...{ inspections: [], amendments: [], validity: [], reads: [], coverage: [], reportOwed: null },
    ...given,
  };
}

/** As `vouch` would answer where the chain has a row for every fact: numbered through. */
export function vouchedFor({
  bundleId: _,
  chainSize,
  coverage,
  reportOwed,
  ...facts
}: BundleEvidence): VouchedEvidence {
  let seq = 0;
  const numbered = Object.entries(facts).map(([list, each]) => [list, each.map((fact) => ({ ...fact, seq: ++seq }))]);
  return Object.fromEntries(numbered) as VouchedEvidence;
}

const ids = {
  release: '5b1f2f0e-8c7e-4b8e-9a53-0d6c1a2b3c4d',
  group: '6c2f2f0e-8c7e-4b8e-9a53-0d6c1a2b3c4d',
  later: '7d3f2f0e-8c7e-4b8e-9a53-0d6c1a2b3c4d',
  laterRelease: '8e4f2f0e-8c7e-4b8e-9a53-0d6c1a2b3c4d',
  delegation: '9f5f2f0e-8c7e-4b8e-9a53-0d6c1a2b3c4d',
};
const at = (time: string) => `2026-03-02T${time}Z`;

const warning: Finding = {
  ...{ code: 'WRD-TITLE', gate: 'wording', severity: 'warning', item: 'policy-document', source: '国办发〔2012〕15号' },
  location: { where: 'title', paragraph: 0, quote: '关于规范校园周边交通秩序的通知' },
  message: { zh: '标题过长', en: 'The title is long' },
};
const error: Finding = {
  ...{ code: 'SEC-COMMENT', gate: 'secrecy', severity: 'error', item: 'policy-document', source: '系统收件规则' },
  location: { where: 'comment', quote: '请核实车辆数' },
  message: { zh: '文件里有批注', en: 'There is a comment in the document' },
};

/** A bundle that met all that evidence tells of. Every text that a person wrote in it is `said(what)`. */
export function richEvidence(bundleId: BundleId, said: (what: string) => string = (what) => what): BundleEvidence {
  const [first, second] = [contentOf(bundleId, '旧标题'), contentOf(bundleId, said('关于规范校园周边交通秩序的通知'))];
  const [seal1, seal2] = [sealOf(first), sealOf(second)];
  const message = (what: string) => ({ zh: said(what), en: 'The same, in English' });
  const onRevision = (revision: 1 | 2) => ({ revision, seal: revision === 1 ? seal1 : seal2 });
  const revisionOf = (revision: 1 | 2, content: typeof first) => ({
    ...onRevision(revision),
    ...{ title: content.manifest.title, documentNumber: content.manifest.documentNumber, content },
    gates: ['legal', 'wording', 'secrecy'],
    obligations: {
      errors: [{ gate: 'secrecy', finding: findingKey(error), overridable: true }],
      warnings: [{ gate: 'wording', finding: findingKey(warning) }],
    },
    gateInputs: { legal: digest('legal'), wording: digest('wording'), secrecy: digest('secrecy') },
    ...{ findings: [warning, error], drafterId: 'meng-chunhe', createdAt: at(`0${revision}:00:00.000`) },
  });
  const decision = (revision: 1 | 2, gate: string, changes: object) => ({
    ...onRevision(revision),
    ...{ gate, decision: 'signed', reviewerId: `reviewer-${gate}`, actingFor: null, reason: null, answers: [] },
    ...{ inputSha256: digest(gate), carriedFrom: null, decidedAt: at(`0${revision}:30:00.000`), ...changes },
  });
  const override = { ...onRevision(2), finding: findingKey(error), gate: 'secrecy' };
  const receipt = (channel: string, state: string, time: string, changes: object = {}) => ({
    ...{ releaseId: ids.release, bundleId, channel, state, attempt: 1, about: null, at: at(time), digests: [] },
    ...{ url: null, detail: null, ...changes },
  });
  const transition = (number: number, revision: 1 | 2, state: string, time: string, changes: object = {}) => ({
    ...{
      transition: number,
      ...onRevision(revision),
      state,
      actorId: 'system',
      detail: null,
      at: at(time),
      ...changes,
    },
  });
  const answers = [{ finding: findingKey(warning), answer: said('标题已同发文单位核对') }];
  const act = { act: 'amend', on: '2026-03-09', byBundleId: ids.later, byReleaseId: ids.laterRelease };
  return BundleEvidence.parse({
    bundleId,
    chainSize: 99,
    revisions: [revisionOf(1, first), revisionOf(2, second)],
    changes: [
      {
        ...{ revision: 2, fromRevision: 1, at: at('02:00:00.000'), kept: ['wording'], fell: ['legal'] },
        changes: [
          {
            ...{ part: 'policy-document', item: 'policy-document', kind: 'changed', voids: ['legal'] },
            hunks: [
              { op: 'same', text: '…学校周边' },
              { op: 'removed', text: said('一百米') },
              { op: 'added', text: said('二百米') },
              { op: 'same', text: '以内禁止停车' },
            ],
          },
          { part: 'picture', item: 'map', kind: 'changed', hunks: [], voids: [] },
        ],
      },
    ],
    decisions: [
      decision(1, 'wording', { answers, reason: said('文字通顺') }),
      decision(1, 'legal', { decision: 'returned', reason: said('第三条缺少依据') }),
      decision(2, 'wording', { answers, reason: said('文字通顺'), carriedFrom: 1, decidedAt: at('01:30:00.000') }),
      decision(2, 'legal', { reviewerId: 'deputy', actingFor: 'reviewer-legal', reason: said('依据已补') }),
      decision(2, 'secrecy', { reason: said('可以公开') }),
    ],
    overrides: [
      {
        ...override,
        step: 'requested',
        personId: 'reviewer-secrecy',
        reason: said('批注是原件所有'),
        at: at('02:10:00.000'),
      },
      { ...override, step: 'confirmed', personId: 'leader', reason: said('同意放行'), at: at('02:20:00.000') },
    ],
    delegations: [
      {
        ...{ delegationId: ids.delegation, gate: 'legal', from: 'reviewer-legal', to: 'deputy', recordedBy: 'leader' },
        ...{ startsAt: at('00:00:00.000'), endsAt: at('10:00:00.000'), recordedAt: at('00:00:01.000') },
        reason: said('出差三天'),
      },
    ],
    revocations: [
      { delegationId: ids.delegation, reason: said('提前回来'), revokedBy: 'leader', revokedAt: at('04:00:00.000') },
    ],
    emergencies: [{ revision: 2, reason: said('暴雨红色预警'), declaredBy: 'leader', declaredAt: at('02:05:00.000') }],
    emergencyReports: [{ text: said('已补办全部手续'), reportedBy: 'leader', reportedAt: at('09:00:00.000') }],
    reportOwed: { state: 'reported', reportDueAt: at('15:59:59.999'), problem: null },
    notices: [
      {
        ...{ noticeId: ids.delegation, kind: 'gate-reminder', bundleId, revision: 2, gate: 'secrecy' },
        ...{ detail: message('还有一个工作日'), at: at('02:15:00.000') },
      },
    ],
    groups: [bundleId, ids.later].map((member) => ({
      ...{ groupId: ids.group, bundleId: member, formedBy: 'leader' },
      ...{ formedAt: at('02:50:00.000'), committedAt: at('03:00:00.120') },
    })),
    transitions: [
      transition(0, 1, 'in-review', '01:00:00.000', { actorId: 'meng-chunhe' }),
      transition(1, 1, 'returned', '01:31:00.000', { actorId: 'reviewer-legal' }),
      transition(2, 2, 'in-review', '02:00:00.000', { actorId: 'meng-chunhe' }),
      transition(3, 2, 'armed', '02:55:00.000', { actorId: 'leader' }),
      transition(4, 2, 'released', '03:00:05.000', { detail: said('全部核验') }),
    ],
    releases: [
      {
        ...{ releaseId: ids.release, ...onRevision(2), t0: at('03:00:00.000'), committedAt: at('03:00:00.120') },
        ...{ groupId: ids.group, latenessMs: 120, skewMs: 1_830 },
        channels: [
          {
            ...{ channel: 'website', state: 'verified', attempts: 1, readyAt: at('02:56:00.000') },
            ...{ liveAt: at('03:00:00.170'), verifiedAt: at('03:00:01.000'), withdrawnAt: null },
          },
          {
            ...{ channel: 'wechat', state: 'verified', attempts: 2, readyAt: at('02:57:00.000') },
            ...{ liveAt: at('03:00:02.000'), verifiedAt: at('03:00:04.000'), withdrawnAt: null },
          },
        ],
      },
    ],
    receipts: [
      receipt('website', 'ready', '02:56:00.000'),
      receipt('wechat', 'ready', '02:57:00.000'),
      receipt('website', 'live', '03:00:00.170', { url: 'https://www.example.gov.cn/policy/1' }),
      receipt('wechat', 'refused', '03:00:01.000', { detail: message('素材过期') }),
      receipt('wechat', 'live', '03:00:02.000', { attempt: 2 }),
      receipt('wechat', 'verified', '03:00:04.000', { attempt: 2 }),
    ],
    inspections: [
      {
        ...{ inspectionId: ids.delegation, releaseId: ids.release, bundleId, channel: 'website', state: 'public' },
        ...{ at: at('08:00:00.000'), digests: [], detail: message('与封签一致'), receivedAt: at('08:00:01.000') },
      },
    ],
    amendments: [{ releaseId: ids.release, bundleId, ...act, at: at('12:00:00.000') }],
    validity: [{ releaseId: ids.release, validity: 'in-force', since: '2026-03-02', at: at('03:00:05.000') }],
    reads: [
      { revision: 2, personId: 'reader', day: '2026-03-02', what: 'preview', at: at('02:30:00.000') },
      { revision: 2, personId: 'auditor', day: '2026-03-02', what: 'evidence', at: at('02:31:00.000') },
    ],
    coverage: [
      {
        bundleId,
        acts: [
          {
            ...{ amendment: act, whole: false },
            channels: [
              {
                ...{ channel: 'website', originalAt: at('12:00:01.000'), reached: true, detail: null },
                notice: { state: 'verified', at: at('12:00:00.500'), url: null },
              },
              {
                ...{ channel: 'wechat', originalAt: null, reached: false, detail: message('额度用完') },
                notice: { state: 'refused', at: at('12:00:02.000'), url: null },
              },
            ],
          },
        ],
      },
    ],
  });
}
