import canonicalize from 'canonicalize';
import { AuditRow, type BundleEvidence } from '../../schemas/audit.ts';
import type { Digest } from '../../schemas/text.ts';
import { digestOf } from '../digest.ts';

/** `seq` of the row that was written together with a fact and says the same; null where the chain has no such row. */
export type Vouched<T> = T & { seq: number | null };
export type VouchedEvidence = {
  [K in 'revisions' | 'decisions' | 'transitions' | 'releases' | 'receipts']: Vouched<BundleEvidence[K][number]>[];
};

const sha256 = (text: string): Digest => digestOf(Buffer.from(text, 'utf8'));
/** What the chain holds of a text; its length in characters. */
export const textDigest = (text: string | null) =>
  text === null ? null : { sha256: sha256(text), length: [...text].length };
const canonical = (value: unknown): string => canonicalize(value) ?? '';

/** Compares what the tables say with what the chain said when it was written: a row changed since has no voucher. */
export function vouch(evidence: BundleEvidence, rows: readonly unknown[]): VouchedEvidence {
  const written = new Map<string, number>();
  for (const row of rows) {
    const { data } = AuditRow.safeParse(row);
    if (data) written.set(canonical([data.kind, data.actor, data.bundleId, data.payload]), data.seq);
  }
  const find = (kind: AuditRow['kind'], actor: string, payload: AuditRow['payload']) =>
    written.get(canonical([kind, actor, evidence.bundleId, payload])) ?? null;

  return {
    revisions: evidence.revisions.map((each) => {
      const { revision, seal, gates, findings } = each;
      const about = { findings: findings.length, findingsSha256: sha256(canonical(findings)) };
      return { ...each, seq: find('revision.stored', each.drafterId, { revision, seal, gates, ...about }) };
    }),
    decisions: evidence.decisions.map((each) => {
      const { revision, seal, gate, decision, decidedAt } = each;
      const reason = textDigest(each.reason);
      const payload = { revision, seal, gate, decision, decidedAt, reason };
      return { ...each, seq: find('decision.recorded', each.reviewerId, payload) };
    }),
    transitions: evidence.transitions.map((each) => {
      const { transition, revision, seal, state } = each;
      const payload = { transition, revision, seal, state, detail: textDigest(each.detail) };
      return { ...each, seq: find('transition.recorded', each.actorId, payload) };
    }),
    releases: evidence.releases.map((each) => ({ ...each, seq: find('release.committed', 'system', each) })),
    receipts: evidence.receipts.map((each) => {
      const { releaseId, channel, state, at, digests, url, detail } = each;
      const held = { digests: digests.length, digestsSha256: sha256(canonical(digests)) };
      const texts = { url: textDigest(url), detail: textDigest(detail && canonical(detail)) };
      const payload = { releaseId, channel, state, at, ...held, ...texts };
      return { ...each, seq: find('receipt.received', `channel:${channel}`, payload) };
    }),
  };
}
