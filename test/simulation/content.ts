import { createHash } from 'node:crypto';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { obligationsOf } from '../../activities/bundles/obligations.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import { digestOf } from '../../activities/digest.ts';
import { type Act, BundleId, type Channel, type ItemRole } from '../../schemas/bundle.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { ReleasePolicy } from '../../schemas/release.ts';
import type { Day } from '../../schemas/text.ts';
import { manifestOf } from '../support/release-fixture.ts';
import { gates } from './gates.ts';

export const bundleIdOf = (seed: string, number: number): BundleId => {
  const hex = createHash('sha256').update(`${seed}/${number}`).digest('hex');
  return BundleId.parse(
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`,
  );
};

/** A word that readers meet in every part of one version of one bundle, and nowhere else: where it is read, that version is. */
export const wordOf = (bundleId: BundleId, version: number) => `${bundleId.slice(0, 8)}v${version}w`;

/** 公告 correct, abolish and withdraw; what amends or takes the place of a policy is a policy, with its interpretation. */
export const isNotice = (act: Act | null) => act !== null && ['correct', 'abolish', 'withdraw'].includes(act.act);
const rolesOf = (act: Act | null): ItemRole[] => [
  'policy-document',
  ...(isNotice(act) ? [] : (['interpretation-plan', 'interpretation-material'] as const)),
];

export type Draft = ReturnType<typeof draftOf>;
export type Manuscript = {
  bundleId: BundleId;
  /** Counts what was written, whether it was ever accepted or not. */
  version: number;
  /** The version in which an item got the words that it has. */
  since: Partial<Record<ItemRole, number>>;
  channels: Channel[];
  policy: ReleasePolicy;
  act: Act | null;
  dates: ValidityDates;
  findings: Finding[];
};
/** 施行日期 and 有效期至, the last day on which it is valid. */
export type ValidityDates = { effectiveFrom: Day | null; effectiveUntil: Day | null };

/** What a drafter hands in. */
export function draftOf({ bundleId, version, since, channels, policy, act, dates, findings }: Manuscript) {
  const word = wordOf(bundleId, version);
  const manifest = {
    ...manifestOf(bundleId, rolesOf(act)),
    title: `青禾区措施 ${word}`,
    documentNumber: `青政发 ${word}`,
    ...dates,
    ...(act && { acts: [act] }),
    ...(isNotice(act) && { policyKind: 'release-notice' as const }),
    channels,
  };
  const parts = manifest.items.map(({ id, role }) => {
    const bytes = new TextEncoder().encode(`${id} ${wordOf(bundleId, since[role] ?? version)}`);
    return { id, sha256: digestOf(bytes), bytes: bytes.length };
  });
  const content = sealedContent({ manifest, parts, channels, policy, ruleSet: '1' });
  return {
    bundleId,
    content,
    seal: sealOf(content),
    gates,
    findings,
    obligations: obligationsOf(findings, new Set(['LAW-BASIS'])),
    gateInputs: gateInputs(content, gates, findings),
  };
}

const finding = (gate: string, code: string, severity: Finding['severity']): Finding => ({
  code,
  gate,
  severity,
  item: 'policy-document',
  location: { where: 'body', quote: '' },
  message: { zh: code, en: code },
  source: code,
});
/** An error that two people may let pass, one that nobody may, and a warning that has to be answered. */
export const possibleFindings = {
  passable: finding('legal', 'LAW-BASIS', 'error'),
  fatal: finding('secrecy', 'SEC-MARK', 'error'),
  warning: finding('wording', 'WRD-TITLE', 'warning'),
};
