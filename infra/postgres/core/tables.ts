import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { Staging } from '../../../activities/ports/core-store.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import type { Finding } from '../../../schemas/finding.ts';
import type { GateDefinition } from '../../../schemas/gate.ts';
import type { SealedContent } from '../../../schemas/seal.ts';
import type { Bilingual, Digest } from '../../../schemas/text.ts';
import type { InboxTable } from '../inbox.ts';
import type { RestoreMarkTable } from './restore-mark.ts';

type Stamp = Generated<string>;

export type CoreTables = InboxTable & {
  bundle: { bundle_id: string; created_at: Stamp };
  revision: {
    bundle_id: string;
    revision: number;
    seal: string;
    content: JSONColumnType<SealedContent>;
    gates: JSONColumnType<GateDefinition[]>;
    findings: JSONColumnType<Finding[]>;
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
    decided_at: Stamp;
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
  plan: { bundle_id: string; revision: number; seal: string; t0: string; policy: string };
  release: {
    release_id: string;
    bundle_id: string;
    revision: number;
    seal: string;
    t0: string;
    committed_at: string;
  };
  receipt: {
    release_id: string;
    bundle_id: string;
    channel: string;
    state: string;
    at: string;
    digests: JSONColumnType<Digest[]>;
    url: string | null;
    detail: JSONColumnType<Bilingual> | null;
    received_at: Stamp;
  };
  restore_mark: RestoreMarkTable['restore_mark'];
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
