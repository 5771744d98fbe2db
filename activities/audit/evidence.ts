import canonicalize from 'canonicalize';
import { AuditKind, AuditRow } from '../../schemas/audit.ts';
import type { StoredEvidence } from '../../schemas/evidence.ts';
import type { Bilingual, Digest } from '../../schemas/text.ts';
import { sealOf } from '../bundles/seal.ts';
import { digestOf } from '../digest.ts';

type Facts = Omit<StoredEvidence, 'bundleId' | 'chainSize' | 'coverage'>;
/** `seq` of the row that was written together with a fact and says the same; null where the chain has no such row. */
export type Vouched<T> = T & { seq: number | null };
/** Every list of the evidence, each of its facts with its row of the chain. */
export type VouchedEvidence = { [K in keyof Facts]: Vouched<Facts[K][number]>[] };

const sha256 = (text: string): Digest => digestOf(Buffer.from(text, 'utf8'));
/** What the chain holds of a text; its length in characters. */
export const textDigest = (text: string | null) =>
  text === null ? null : { sha256: sha256(text), length: [...text].length };
const canonical = (value: unknown): string => canonicalize(value) ?? '';
/** A message as the generic trigger digests it: in PostgreSQL's own writing of JSON, with a space after each sign. */
const messageDigest = (message: Bilingual | null) =>
  textDigest(message && `{"en": ${JSON.stringify(message.en)}, "zh": ${JSON.stringify(message.zh)}}`);
/** What the chain holds of a list: how many, and the digest of them all. */
const listDigest = <N extends string>(name: N, list: readonly unknown[]) => ({
  [name]: list.length,
  [`${name}Sha256`]: sha256(canonical(list)),
});

/** Compares what the tables say with what the chain said when it was written: a row changed since has no voucher. */
export function vouch(evidence: StoredEvidence, rows: readonly unknown[]): VouchedEvidence {
  const written = new Map<string, number>();
  for (const row of rows) {
    const { data } = AuditRow.safeParse(row);
    if (data) written.set(canonical([data.kind, data.actor, data.bundleId, data.payload]), data.seq);
  }
  type Said = [kind: AuditKind, actor: string, payload: object, bundleId?: string | null];
  const each = <T extends object>(facts: readonly T[], said: (fact: T) => Said): Vouched<T>[] =>
    facts.map((fact) => {
      const [kind, actor, payload, bundleId = evidence.bundleId] = said(fact);
      return { ...fact, seq: written.get(canonical([kind, actor, bundleId, payload])) ?? null };
    });

  return {
    revisions: each(evidence.revisions, ({ revision, seal, content, gates, gateInputs, ...fact }) => [
      'revision.stored',
      fact.drafterId,
      {
        ...{ revision, gates, gateInputs },
        // The chain has the seal; the title, the number and the parts are those that it was computed over.
        seal: sealOf(content) === seal ? seal : null,
        ...listDigest('findings', fact.findings),
        obligationsSha256: sha256(canonical(fact.obligations)),
      },
    ]),
    changes: each(evidence.changes, ({ revision, fromRevision, at, changes }) => [
      'change.recorded',
      'system',
      { revision, fromRevision, at, ...listDigest('changes', changes) },
    ]),
    decisions: each(evidence.decisions, ({ reviewerId, reason, answers, ...fact }) => [
      'decision.recorded',
      reviewerId,
      { ...fact, reason: textDigest(reason), ...listDigest('answers', answers) },
    ]),
    overrides: each(evidence.overrides, ({ personId, reason, ...fact }) => [
      'override.recorded',
      personId,
      { ...fact, reason: textDigest(reason) },
    ]),
    delegations: each(evidence.delegations, ({ from, to, reason, recordedBy, ...fact }) => [
      'delegation.recorded',
      recordedBy,
      { ...fact, fromPerson: from, toPerson: to, reason: textDigest(reason) },
      null,
    ]),
    revocations: each(evidence.revocations, ({ revokedBy, reason, ...fact }) => [
      'delegation.revoked',
      revokedBy,
      { ...fact, reason: textDigest(reason) },
      null,
    ]),
    emergencies: each(evidence.emergencies, ({ declaredBy, reason, ...fact }) => [
      'emergency.declared',
      declaredBy,
      { ...fact, reason: textDigest(reason) },
    ]),
    emergencyReports: each(evidence.emergencyReports, ({ reportedBy, text, ...fact }) => [
      'emergency.reported',
      reportedBy,
      { ...fact, text: textDigest(text) },
    ]),
    notices: each(evidence.notices, ({ bundleId, detail, ...fact }) => [
      'notice.issued',
      'system',
      { ...fact, detail: messageDigest(detail) },
      bundleId,
    ]),
    groups: each(evidence.groups, ({ groupId, bundleId, formedBy, formedAt }) => [
      'group.formed',
      formedBy,
      { groupId, formedAt },
      bundleId,
    ]),
    transitions: each(evidence.transitions, ({ transition, revision, seal, state, actorId, detail }) => [
      'transition.recorded',
      actorId,
      { transition, revision, seal, state, detail: textDigest(detail) },
    ]),
    releases: each(evidence.releases, ({ releaseId, revision, seal, t0, committedAt, groupId }) => [
      'release.committed',
      'system',
      { releaseId, revision, seal, t0, committedAt, groupId },
    ]),
    receipts: each(evidence.receipts, ({ bundleId, digests, url, detail, ...fact }) => [
      'receipt.received',
      `channel:${fact.channel}`,
      {
        ...fact,
        ...listDigest('digests', digests),
        ...{ url: textDigest(url), detail: textDigest(detail && canonical(detail)) },
      },
      bundleId,
    ]),
    inspections: each(evidence.inspections, ({ bundleId, detail, ...fact }) => [
      'inspection.recorded',
      'system',
      { ...fact, detail: messageDigest(detail) },
      bundleId,
    ]),
    amendments: each(evidence.amendments, ({ bundleId, on, ...fact }) => [
      'amendment.recorded',
      'system',
      { ...fact, effectiveOn: on },
      bundleId,
    ]),
    validity: each(evidence.validity, (fact) => ['validity.changed', 'system', fact]),
    reads: each(evidence.reads, ({ personId, ...fact }) => ['bundle.read', personId, fact]),
  };
}

/** Kinds that are written together with a fact that the evidence of a bundle lists. */
const told: readonly AuditKind[] = [
  ...(['revision.stored', 'change.recorded', 'decision.recorded', 'override.recorded'] as const),
  ...(['emergency.declared', 'emergency.reported', 'notice.issued', 'group.formed'] as const),
  ...(['transition.recorded', 'release.committed', 'receipt.received', 'inspection.recorded'] as const),
  ...(['amendment.recorded', 'validity.changed', 'bundle.read'] as const),
];

/** Rows of the chain whose fact the tables do not have, or no longer say the same: somebody removed or changed it. */
export function unbacked(evidence: StoredEvidence, vouched: VouchedEvidence, rows: readonly unknown[]): AuditRow[] {
  const backed = new Set(Object.values(vouched).flatMap((facts) => facts.map(({ seq }) => seq)));
  return rows.flatMap((row) => {
    const { data } = AuditRow.safeParse(row);
    if (data?.bundleId !== evidence.bundleId || data.seq > evidence.chainSize || backed.has(data.seq)) return [];
    const kind = AuditKind.safeParse(data.kind);
    return kind.success && told.includes(kind.data) ? [data] : [];
  });
}
