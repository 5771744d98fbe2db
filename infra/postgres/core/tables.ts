import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Staging } from '../../../activities/ports/core-store.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import type { Finding, Obligations } from '../../../schemas/finding.ts';
import type { FindingAnswer, GateDefinition } from '../../../schemas/gate.ts';
import type { SealedContent } from '../../../schemas/seal.ts';
import type { Bilingual, Digest } from '../../../schemas/text.ts';
import type { InboxTable } from '../inbox.ts';
import type { DeadLetterTable } from './dead-letters.ts';
import type { RestoreMarkTable } from './restore-mark.ts';

type Stamp = Generated<string>;

export type CoreTables = InboxTable & {
  bundle: { bundle_id: string; created_at: Stamp; begun_anew_at: Generated<string | null> };
  revision: {
    bundle_id: string;
    revision: number;
    seal: string;
    content: JSONColumnType<SealedContent>;
    gates: JSONColumnType<GateDefinition[]>;
    findings: JSONColumnType<Finding[]>;
    obligations: JSONColumnType<Obligations>;
    drafter_id: string;
    created_at: Stamp;
  };
  decision: {
    bundle_id: string;
    revision: number;
    seal: string;
    gate: string;
    decision: 'signed' | 'returned';
    reviewer_id: string;
    drafter_id: string;
    reason: string | null;
    acting_for: string | null;
    answers: JSONColumnType<FindingAnswer[]>;
    input_sha256: string;
    carried_from: number | null;
    decided_at: Stamp;
  };
  gate_input: { bundle_id: string; revision: number; gate: string; sha256: string };
  override: {
    bundle_id: string;
    revision: number;
    seal: string;
    finding: string;
    gate: string;
    step: 'requested' | 'confirmed';
    person_id: string;
    reason: string;
    at: Stamp;
  };
  delegation: {
    delegation_id: string;
    gate: string;
    from_person: string;
    to_person: string;
    starts_at: string;
    ends_at: string;
    reason: string;
    recorded_by: string;
    recorded_at: Stamp;
  };
  delegation_revocation: { delegation_id: string; reason: string; revoked_by: string; revoked_at: Stamp };
  emergency: { bundle_id: string; revision: number; reason: string; declared_by: string; declared_at: Stamp };
  emergency_report: { bundle_id: string; text: string; reported_by: string; reported_at: Stamp };
  notice: {
    notice_id: string;
    kind: string;
    bundle_id: string;
    revision: number;
    gate: string | null;
    detail: JSONColumnType<Bilingual> | null;
    at: Stamp;
  };
  release_group: { group_id: string; bundle_id: string; formed_by: string; formed_at: Stamp };
  amendment: {
    release_id: string;
    bundle_id: string;
    act: string;
    effective_on: string;
    by_bundle_id: string;
    by_release_id: string;
    at: Stamp;
  };
  validity: { release_id: string; bundle_id: string; validity: string; since: string; at: Stamp };
  inspection: {
    inspection_id: string;
    release_id: string;
    bundle_id: string;
    channel: string;
    state: string;
    at: string;
    digests: JSONColumnType<Digest[]>;
    detail: JSONColumnType<Bilingual> | null;
    received_at: Stamp;
  };
  access: { bundle_id: string; revision: number; person_id: string; day: string; what: string; at: Stamp };
  revision_change: {
    bundle_id: string;
    revision: number;
    from_revision: number;
    changes: JSONColumnType<unknown[]>;
    at: Stamp;
  };
  transition: {
    bundle_id: string;
    transition: number;
    revision: number;
    seal: string;
    state: string;
    actor_id: string;
    detail: string | null;
    at: Stamp;
  };
  staging: {
    release_id: string;
    bundle_id: string;
    revision: number;
    key: ColumnType<Buffer, Uint8Array, never>;
    channels: JSONColumnType<Staging['channels']>;
    staged_at: Stamp;
  };
  plan: {
    bundle_id: string;
    revision: number;
    seal: string;
    t0: string;
    policy: string;
    group_id: string | null;
    armed_by: string | null;
  };
  release: {
    release_id: string;
    bundle_id: string;
    revision: number;
    seal: string;
    t0: string;
    committed_at: string;
    group_id: string | null;
  };
  receipt: {
    release_id: string;
    bundle_id: string;
    channel: string;
    state: string;
    attempt: number;
    about: string | null;
    at: string;
    digests: JSONColumnType<Digest[]>;
    url: string | null;
    detail: JSONColumnType<Bilingual> | null;
    received_at: Stamp;
  };
  restore_mark: RestoreMarkTable['restore_mark'];
  dead_letter_decision: DeadLetterTable['dead_letter_decision'];
  /** Written by the database itself (0002-audit.sql). */
  audit: {
    seq: ColumnType<number, never, never>;
    at: ColumnType<string, never, never>;
    actor: ColumnType<string, never, never>;
    kind: ColumnType<string, never, never>;
    bundle_id: ColumnType<string | null, never, never>;
    payload: ColumnType<AuditRow['payload'], never, never>;
    prev_hash: ColumnType<string, never, never>;
    hash: ColumnType<string, never, never>;
  };
};
