import canonicalize from 'canonicalize';
import { AuditRow, type ChainHead } from '../../schemas/audit.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { Digest } from '../../schemas/text.ts';
import { digestOf } from '../digest.ts';

/** `prevHash` of the first row. */
export const genesis = Digest.parse('0'.repeat(64));

/** SHA-256 over the RFC 8785 canonical JSON of everything in the row but its `hash`. */
export function hashOf({ seq, at, actor, kind, bundleId, payload, prevHash }: Omit<AuditRow, 'hash'>): Digest {
  const canonical = canonicalize({ seq, at, actor, kind, bundleId, payload, prevHash });
  if (canonical === undefined) throw new TypeError('An audit row has no canonical JSON');
  return digestOf(Buffer.from(canonical, 'utf8'));
}

/** `firstBad` is the `seq` of the first row that is not as it was written, or of the first that is missing. */
export type ChainVerdict = { ok: true; size: number; head: Digest } | { ok: false; firstBad: number; why: Bilingual };

type Link = { size: number; head: Digest };
const start: Link = { size: 0, head: genesis };

/**
 * Looks at every row and link, and whether the chain is still the one whose heads were signed. Without a checkpoint,
 * rows cut off at the end, or a chain rewritten as a whole, cannot be seen. `after` lets a chain be verified in pieces.
 */
export function verifyChain(
  rows: readonly unknown[],
  checkpoints: readonly ChainHead[] = [],
  after: Link = start,
): ChainVerdict {
  const signed = new Map<number, ChainHead>();
  for (const checkpoint of checkpoints) {
    const other = signed.get(checkpoint.size);
    if (other && other.head !== checkpoint.head) return bad(checkpoint.size, twoHeads);
    signed.set(checkpoint.size, checkpoint);
  }
  let { size, head } = after;
  for (const row of rows) {
    const seq = size + 1;
    const parsed = AuditRow.safeParse(row);
    if (!parsed.success) return bad(seq, unreadable);
    if (parsed.data.seq !== seq) return bad(seq, misplaced(parsed.data.seq));
    if (hashOf(parsed.data) !== parsed.data.hash) return bad(seq, altered);
    if (parsed.data.prevHash !== head) return bad(seq, unlinked);
    const expected = signed.get(seq);
    if (expected && expected.head !== parsed.data.hash) return bad(seq, forked);
    [size, head] = [seq, parsed.data.hash];
  }
  const longest = Math.max(0, ...signed.keys());
  return longest > size ? bad(size + 1, truncated(longest)) : { ok: true, size, head };
}

/** Rows of one bundle, cut out of their chain: each is intact in itself; what stood between cannot be told. */
export function verifyExtract(rows: readonly unknown[]): ChainVerdict {
  let last: Link = start;
  for (const row of rows) {
    const parsed = AuditRow.safeParse(row);
    if (!parsed.success) return bad(last.size + 1, unreadable);
    const { seq, hash } = parsed.data;
    if (seq <= last.size) return bad(seq, misplaced(seq));
    if (hashOf(parsed.data) !== hash) return bad(seq, altered);
    if (seq === last.size + 1 && parsed.data.prevHash !== last.head) return bad(seq, unlinked);
    last = { size: seq, head: hash };
  }
  return { ok: true, ...last };
}

const bad = (firstBad: number, why: Bilingual): ChainVerdict => ({ ok: false, firstBad, why });
const unreadable = { zh: '这一行的格式不对', en: 'This row does not have the form of an audit row' };
const altered = { zh: '这一行写入之后被改动过', en: 'This row was changed after it was written' };
const unlinked = {
  zh: '这一行接不上前一行：前面有行被删除、替换或重写',
  en: 'This row does not follow from the one before: something before it was removed, replaced or rewritten',
};
const forked = {
  zh: '这一行与签名检查点不符：到这一行为止的链被重写过',
  en: 'This row is not the one that was signed in a checkpoint: the chain up to here was rewritten',
};
const twoHeads = {
  zh: '两个检查点签了同一长度的两条不同的链：链被分叉',
  en: 'Two checkpoints signed different chains of this size: the chain was forked',
};
const misplaced = (found: number): Bilingual => ({
  zh: `这里应是这一行，却是第 ${found} 行：有行缺失、重复或次序被改`,
  en: `In its place stands row ${found}: a row is missing, repeated or out of order`,
});
const truncated = (size: number): Bilingual => ({
  zh: `检查点签到第 ${size} 行，这一行起缺失`,
  en: `A checkpoint signed ${size} rows; from this one on they are missing`,
});
