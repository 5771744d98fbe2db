import { generateKeyPairSync } from 'node:crypto';
import { genesis, hashOf } from '../../activities/audit/chain.ts';
import { signCheckpoint } from '../../activities/audit/checkpoint.ts';
import type { AuditRow, Checkpoint } from '../../schemas/audit.ts';
import { digest, newBundleId } from './release-fixture.ts';

export const keys = generateKeyPairSync('ed25519');

/** Hashes and links rows anew from `from` on, as whoever owns the database could. */
export function relinked(rows: AuditRow[], from = 1): AuditRow[] {
  const done: AuditRow[] = [];
  for (const row of rows) {
    if (row.seq < from) {
      done.push(row);
      continue;
    }
    const next = { ...row, seq: done.length + 1, prevHash: done.at(-1)?.hash ?? genesis };
    done.push({ ...next, hash: hashOf(next) });
  }
  return done;
}

/** A chain of `size` rows about two bundles. */
export function chainOf(size: number): AuditRow[] {
  const bundles = [newBundleId(), newBundleId()];
  const rows = Array.from(
    { length: size },
    (_, index): AuditRow => ({
      seq: index + 1,
      at: new Date(Date.UTC(2026, 2, 2, 1, 0, 0, index)).toISOString(),
      actor: `reviewer-${index}`,
      kind: 'decision.recorded',
      bundleId: index === 0 ? null : (bundles[index % 2] ?? null),
      payload: { revision: 1, seal: digest(`${index}`), gate: 'legal', reason: { sha256: digest('r'), length: index } },
      prevHash: genesis,
      hash: genesis,
    }),
  );
  return relinked(rows);
}

export function checkpointOf(rows: AuditRow[], size = rows.length): Checkpoint {
  const last = rows[size - 1];
  if (!last) throw new RangeError(`The chain has no row ${size}`);
  return signCheckpoint({ size, head: last.hash, at: '2026-03-02T02:00:00.000Z' }, keys.privateKey);
}
