import type { KeyObject } from 'node:crypto';
import type { ChainHead, Checkpoint } from '../../schemas/audit.ts';
import { eventId } from '../../schemas/event-id.ts';
import { AuditEvent } from '../../schemas/events.ts';
import type { Bilingual } from '../../schemas/text.ts';
import type { Announcer } from '../ports/announcer.ts';
import type { AuditStore } from '../ports/audit-store.ts';
import { genesis, verifyChain } from './chain.ts';
import { signCheckpoint } from './checkpoint.ts';

/** Where checkpoints are kept, outside the database that they speak of. */
export interface CheckpointLog {
  last(): Promise<Checkpoint | null>;
  append(checkpoint: Checkpoint): Promise<void>;
}

export type CheckpointOutcome =
  | { outcome: 'signed'; checkpoint: Checkpoint }
  | { outcome: 'nothing new' }
  /** The chain is not the continuation of what was signed last: it is not signed, and somebody has to look. */
  | { outcome: 'refused'; firstBad: number; why: Bilingual };

export type CheckpointerDeps = {
  audit: Pick<AuditStore, 'rows' | 'head'>;
  log: CheckpointLog;
  key: KeyObject;
  announcer: Announcer;
};

const pageLength = 1_000;

/**
 * Signs the head of the chain where rows were added, after verifying every row since the last checkpoint. Written to
 * the file first, then announced; a checkpoint that Kafka did not take is announced again, with the same event id.
 */
export function createCheckpointer({ audit, log, key, announcer }: CheckpointerDeps) {
  let last: Checkpoint | null = null;
  let announced: string | undefined; // by this process; what one before it could not announce is told again
  let turn: Promise<unknown> = Promise.resolve();

  async function announce(checkpoint: Checkpoint): Promise<void> {
    if (announced === checkpoint.signature) return;
    await announcer.announce([checkpointEvent(checkpoint)]);
    announced = checkpoint.signature;
  }

  async function run(): Promise<CheckpointOutcome> {
    last ??= await log.last();
    const head = await audit.head();
    const verdict = await verifySince(last, head);
    if (!verdict.ok) return { outcome: 'refused', firstBad: verdict.firstBad, why: verdict.why };
    const isNew = head !== null && head.size > (last?.size ?? 0);
    if (isNew) {
      const checkpoint = signCheckpoint({ size: verdict.size, head: verdict.head, at: head.at }, key);
      await log.append(checkpoint); // also while Kafka is away
      last = checkpoint;
    }
    if (last) await announce(last);
    return isNew && last ? { outcome: 'signed', checkpoint: last } : { outcome: 'nothing new' };
  }

  /** From the last signed row on, that row included; up to `head`, since rows go on being added. */
  async function verifySince(last: Checkpoint | null, head: ChainHead | null) {
    const signed = last ? [last] : [];
    if ((head?.size ?? 0) < (last?.size ?? 0)) return verifyChain([], signed, sizeOnly(head));
    let verified = { size: 0, head: genesis };
    if (last) {
      const [row] = await audit.rows({ after: last.size - 1, limit: 1 });
      const same = verifyChain(row ? [row] : [], signed, { size: last.size - 1, head: row?.prevHash ?? genesis });
      if (!same.ok) return same;
      verified = { size: last.size, head: last.head };
    }
    while (verified.size < (head?.size ?? 0)) {
      const limit = Math.min(pageLength, (head?.size ?? 0) - verified.size);
      const rows = await audit.rows({ after: verified.size, limit });
      const missing = rows.length === 0 && head ? [head] : [];
      const page = verifyChain(rows, missing, verified);
      if (!page.ok) return page;
      verified = { size: page.size, head: page.head };
    }
    return { ok: true as const, ...verified };
  }

  return {
    /** One at a time, whoever calls. Rejects where a file, the database or Kafka fails; the next call takes it up. */
    run(): Promise<CheckpointOutcome> {
      const next = turn.then(run);
      turn = next.catch(() => undefined);
      return next;
    },
  };
}

const sizeOnly = (head: ChainHead | null) => ({ size: head?.size ?? 0, head: head?.head ?? genesis });

const checkpointEvent = (checkpoint: Checkpoint): AuditEvent =>
  AuditEvent.parse({
    specversion: '1.0',
    id: eventId('audit.checkpoint.v1', checkpoint.keyId, checkpoint.size, checkpoint.head),
    source: '/lockstep/core',
    type: 'audit.checkpoint.v1',
    subject: 'audit-chain',
    time: checkpoint.at,
    datacontenttype: 'application/json',
    data: checkpoint,
  });
