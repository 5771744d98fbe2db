import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { genesis, hashOf, verifyChain, verifyExtract } from '../../../activities/audit/chain.ts';
import { isSignedBy, keyIdOf } from '../../../activities/audit/checkpoint.ts';
import { readCheckpoints } from '../../../activities/audit/checkpoint-lines.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import { chainOf, checkpointOf, keys, relinked } from '../../support/audit-chain.ts';
import { digest, newBundleId } from '../../support/release-fixture.ts';

const rows = chainOf(6);
const changed = (seq: number, change: Record<string, unknown>) =>
  rows.map((row) => (row.seq === seq ? { ...row, ...change } : row));

test('a chain as it was written verifies, with its checkpoints, and in pieces', () => {
  const head = rows.at(-1)?.hash;
  expect(verifyChain(rows)).toEqual({ ok: true, size: 6, head });
  expect(verifyChain([])).toEqual({ ok: true, size: 0, head: genesis });
  expect(verifyChain(rows, [checkpointOf(rows, 2), checkpointOf(rows)])).toMatchObject({ ok: true });
  const first = verifyChain(rows.slice(0, 4));
  if (!first.ok) throw new Error('not reached');
  expect(verifyChain(rows.slice(4), [], first)).toEqual({ ok: true, size: 6, head });
});

test('the hash is the one that anybody can compute from the documented JSON', () => {
  const row = { seq: 1, at: '2026-03-02T01:00:00.000Z', actor: 'leader', kind: 'plan.saved', bundleId: null };
  // sha256sum of {"actor":"leader","at":"2026-03-02T01:00:00.000Z","bundleId":null,"kind":"plan.saved",
  // "payload":{"a":1,"b":"é"},"prevHash":"000…","seq":1}, without the line end
  const text = `{"actor":"leader","at":"2026-03-02T01:00:00.000Z","bundleId":null,"kind":"plan.saved","payload":{"a":1,"b":"é"},"prevHash":"${genesis}","seq":1}`;
  expect(hashOf({ ...row, payload: { b: 'é', a: 1 }, prevHash: genesis })).toBe(digest(text));
});

describe('a change of any field of any row is found, and the row is named', () => {
  const changes: Record<keyof AuditRow, (row: AuditRow) => unknown[]> = {
    seq: ({ seq }) => [seq + 1, seq - 1, seq + 0.5, String(seq), null],
    at: () => ['2026-03-02T01:00:00.999Z', '2026-03-02T09:00:00.000+08:00', 'yesterday', null],
    actor: ({ actor }) => [`${actor} `, actor.toUpperCase(), '', null],
    kind: ({ kind }) => ['decision.refused', `${kind}.v2`, '', 7],
    bundleId: () => [newBundleId(), 'none', 0],
    payload: ({ payload }) => [{}, { ...payload, gate: 'secrecy' }, { ...payload, more: null }, [], null],
    prevHash: () => [digest('other'), '', null],
    hash: () => [digest('other'), genesis, null],
  };
  const fields = Object.keys(changes) as (keyof AuditRow)[];
  const cases = rows.flatMap((row) =>
    fields.flatMap((field) => changes[field](row).map((value) => [row.seq, field, value] as const)),
  );
  test.each(cases)('row %i, %s becomes %j', (seq, field, value) => {
    expect(verifyChain(changed(seq, { [field]: value }))).toMatchObject({ ok: false, firstBad: seq });
  });

  test('a field that is taken away, or one that is added', () => {
    for (const { seq } of rows) {
      for (const field of fields) {
        const without = rows.map((row) =>
          row.seq === seq ? Object.fromEntries(Object.entries(row).filter(([key]) => key !== field)) : row,
        );
        expect(verifyChain(without)).toMatchObject({ ok: false, firstBad: seq });
      }
      expect(verifyChain(changed(seq, { note: 'x' }))).toMatchObject({ ok: false, firstBad: seq });
    }
  });

  test('one character of the text that stands in a file', () => {
    const lines = rows.map((row) => JSON.stringify(row));
    const parsed = (line: string): unknown => {
      try {
        return JSON.parse(line);
      } catch {
        return undefined;
      }
    };
    const at = fc
      .nat(rows.length - 1)
      .chain((row) => fc.tuple(fc.constant(row), fc.nat((lines[row] ?? '').length - 1)));
    fc.assert(
      fc.property(at, fc.constantFrom(...'0123456789abcdef"{}:,. '), ([row, place], letter) => {
        const line = lines[row] ?? '';
        fc.pre(line[place] !== letter);
        const forged = lines.with(row, line.slice(0, place) + letter + line.slice(place + 1)).map(parsed);
        fc.pre(JSON.stringify(forged) !== JSON.stringify(rows)); // a blank between two tokens changes nothing
        expect(verifyChain(forged)).toMatchObject({ ok: false, firstBad: row + 1 });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('rows that were', () => {
  test('removed', () => {
    for (const { seq } of rows.slice(0, -1))
      expect(verifyChain(rows.filter((row) => row.seq !== seq))).toMatchObject({ ok: false, firstBad: seq });
  });
  test('put in another order, or written twice', () => {
    expect(verifyChain([rows[0], rows[2], rows[1], ...rows.slice(3)])).toMatchObject({ ok: false, firstBad: 2 });
    expect(verifyChain([...rows.slice(0, 3), ...rows.slice(2)])).toMatchObject({ ok: false, firstBad: 4 });
  });
  test('removed and numbered anew, without their hashes', () => {
    const gone = rows.filter((row) => row.seq !== 3).map((row, index) => ({ ...row, seq: index + 1 }));
    expect(verifyChain(gone)).toMatchObject({ ok: false, firstBad: 3 });
  });
  test('cut off at the end: seen with a checkpoint, and only so', () => {
    const cut = rows.slice(0, 4);
    expect(verifyChain(cut)).toMatchObject({ ok: true, size: 4 });
    expect(verifyChain(cut, [checkpointOf(rows)])).toMatchObject({ ok: false, firstBad: 5 });
    expect(verifyChain([], [checkpointOf(rows)])).toMatchObject({ ok: false, firstBad: 1 });
  });
});

describe('a row that was replaced, with a hash that fits it', () => {
  const fitting = (seq: number, change: Partial<AuditRow>) =>
    changed(seq, change).map((row) => (row.seq === seq ? { ...row, hash: hashOf(row as AuditRow) } : row));

  test('is seen at the row after it, which follows from another', () => {
    const forged = fitting(3, { actor: 'somebody' });
    expect(verifyChain(forged)).toMatchObject({ ok: false, firstBad: 4 });
    expect(verifyExtract(forged)).toMatchObject({ ok: false, firstBad: 4 });
  });
  test('is seen by its number, where that jumps and all that follows was linked to it', () => {
    const jumped = rows.slice(0, 2);
    for (const row of rows.slice(2)) {
      const next = { ...row, seq: row.seq + 1, prevHash: jumped.at(-1)?.hash ?? genesis };
      jumped.push({ ...next, hash: hashOf(next) });
    }
    expect(verifyChain(jumped)).toMatchObject({ ok: false, firstBad: 3 });
  });
});

describe('a chain that was rewritten with all its hashes', () => {
  test('is seen with a checkpoint, at the first signed row that differs', () => {
    const forged = relinked(changed(3, { actor: 'somebody' }) as AuditRow[], 3);
    expect(verifyChain(forged)).toMatchObject({ ok: true });
    expect(verifyChain(forged, [checkpointOf(rows, 2), checkpointOf(rows, 5)])).toMatchObject({
      ok: false,
      firstBad: 5,
    });
  });
  test('forked: two checkpoints signed two chains of one size', () => {
    const other = relinked(changed(4, { actor: 'somebody' }) as AuditRow[], 4);
    const [ours, theirs] = [checkpointOf(rows, 5), checkpointOf(other, 5)];
    for (const both of [
      [ours, theirs],
      [theirs, ours],
    ])
      expect(verifyChain(rows, both)).toMatchObject({ ok: false, firstBad: 5 });
  });
});

test('an extract of one bundle: each row intact in itself, in order', () => {
  const extract = rows.filter(({ bundleId }) => bundleId === rows[1]?.bundleId);
  expect(extract.length).toBeGreaterThan(1);
  expect(verifyChain(extract)).toMatchObject({ ok: false, firstBad: 1 });
  expect(verifyExtract(extract)).toMatchObject({ ok: true });
  const [first, ...rest] = extract;
  expect(verifyExtract([{ ...first, actor: 'x' }, ...rest])).toMatchObject({ ok: false, firstBad: first?.seq });
  expect(verifyExtract([...extract].reverse())).toMatchObject({ ok: false });
});

describe('a checkpoint', () => {
  const checkpoint = checkpointOf(rows);
  test('is signed by its key and by no other', () => {
    expect(isSignedBy(checkpoint, keys.publicKey)).toBe(true);
    expect(keyIdOf(keys.privateKey)).toBe(keyIdOf(keys.publicKey));
    expect(checkpoint.keyId).toBe(keyIdOf(keys.publicKey));
  });
  test.each([
    { size: 5 },
    { head: digest('other') },
    { at: '2026-03-02T02:00:01.000Z' },
    { keyId: digest('other') },
    { signature: Buffer.alloc(64).toString('base64') },
    { signature: '' },
  ])('with %j changed is not signed', (change) => {
    expect(isSignedBy({ ...checkpoint, ...change }, keys.publicKey)).toBe(false);
  });

  test('in a file, that nobody signed is an alarm, and names its line; half a line after a power cut is none', () => {
    const line = JSON.stringify(checkpoint);
    const forged = JSON.stringify({ ...checkpoint, head: digest('other') });
    expect(readCheckpoints(`${line}\n${forged}\n`, [keys.publicKey])).toMatchObject({ ok: false, line: 2 });
    expect(readCheckpoints(`${line}\n${line.slice(0, 40)}`, [keys.publicKey])).toEqual({
      ...{ ok: true, checkpoints: [checkpoint], unreadable: 1 },
    });
  });
});
