import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { ArmedRow } from '../../infra/postgres/core/armed-rows.ts';
import { type CommitRequest, type CommitRows, mayCommit } from '../../infra/postgres/core/may-commit.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { FindingKey } from '../../schemas/finding.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { digest, fourGates, manifestOf, newBundleId } from '../support/release-fixture.ts';

const t0 = '2026-11-24T01:00:00.000Z';
type Member = { request: CommitRequest; row: ArmedRow };
/** Armed, signed, staged, and its instant has come. */
function member(groupId: string | null = null): Member {
  const bundleId = newBundleId();
  const manifest = manifestOf(bundleId);
  const [seal, releaseId] = [digest(bundleId), ReleaseId.parse(randomUUID())];
  const row: ArmedRow = {
    ...{ bundle_id: bundleId, revision: 2, seal, t0, group_id: groupId, accepted: 2, staged: releaseId, wait_ms: 0 },
    revision_row: {
      gates: Object.fromEntries(fourGates.map(({ id, name }) => [id, name])),
      obligations: { errors: [], warnings: [] },
      ...{ policyKind: manifest.policyKind, acts: [], roles: manifest.items.map(({ role }) => role) },
    },
    signed: fourGates.map(({ id }) => ({ gate: id, answers: [] })),
    overridden: [],
  };
  return { request: { sealed: { bundleId, revision: 2, seal }, releaseId }, row };
}
const rowsOf = (members: Member[], changes: Partial<CommitRows> = {}): CommitRows => ({
  locked: members.map(({ row }) => row.bundle_id),
  armed: members.map(({ row }) => row),
  groups: members.flatMap(({ row: { group_id, bundle_id } }) => (group_id ? [{ group_id, bundle_id }] : [])),
  ...{ released: [], restored: null },
  ...changes,
});
const refused = (type: Parameters<typeof isPermanent>[1]) =>
  expect.toSatisfy((error: unknown) => isPermanent(error, type));
const warning = { gate: 'wording', finding: FindingKey.parse('WRD-TITLE.00000001') };
const error = { gate: 'legal', finding: FindingKey.parse('LAW-BASIS.00000002'), overridable: true };

test('what is armed, signed and staged goes at its instant, by its own release', () => {
  const own = member();
  expect(mayCommit(own.request, rowsOf([own, member()]))).toEqual({
    ...{ outcome: 'due', t0, bundleIds: [own.row.bundle_id] },
  });
});

test('a repeat gets the row of the first, whatever has changed since: even the plan may be gone', () => {
  const { request } = member();
  const released = [{ release_id: request.releaseId, committed_at: '2026-11-24T01:00:00.007Z', t0 }];
  expect(mayCommit(request, rowsOf([], { released }))).toEqual({
    ...{ outcome: 'committed', committedAt: '2026-11-24T01:00:00.007Z', t0 },
  });
});

test('before its instant it is early, but what is missing is said at once', () => {
  const own = member();
  own.row.wait_ms = 1;
  expect(mayCommit(own.request, rowsOf([own]))).toEqual({ outcome: 'early', t0 });
  own.row.signed.pop();
  expect(() => mayCommit(own.request, rowsOf([own]))).toThrow(refused('GatesNotPassed'));
});

test('a 公告 goes without interpretation, but not one that changes a policy', () => {
  const own = member();
  const row = own.row.revision_row;
  if (!row) throw new Error('not reached');
  Object.assign(row, { policyKind: 'release-notice', roles: row.roles.slice(0, 1) });
  const acting = (act: 'withdraw' | 'supersede') => Object.assign(row, { acts: [act] });
  acting('withdraw');
  expect(mayCommit(own.request, rowsOf([own]))).toMatchObject({ outcome: 'due' });
  acting('supersede');
  expect(() => mayCommit(own.request, rowsOf([own]))).toThrow(refused('BundleIncomplete'));
});

describe('it does not go', () => {
  test.each<[string, Parameters<typeof isPermanent>[1], (own: Member) => Partial<CommitRows> | undefined]>([
    ['while it is held', 'WrongPhase', () => ({ armed: [] })],
    [
      'after a restore',
      'RestoreUnreconciled',
      () => ({ restored: { restoredAt: t0, restoredBy: 'operator', backupAt: t0 } }),
    ],
    [
      'for a seal that is not the armed one',
      'SealStale',
      ({ row }) => void Object.assign(row, { seal: digest('other') }),
    ],
    [
      'for a revision that is not the armed one',
      'SealStale',
      ({ row }) => void Object.assign(row, { revision: 3, accepted: 3 }),
    ],
    ['once a newer revision was accepted', 'SealStale', ({ row }) => void Object.assign(row, { accepted: 3 })],
    ['where no revision has the armed seal', 'SealStale', ({ row }) => void Object.assign(row, { revision_row: null })],
    ['without staging', 'WrongPhase', ({ row }) => void Object.assign(row, { staged: null })],
    ['by the staging of another release', 'SealStale', ({ row }) => void Object.assign(row, { staged: randomUUID() })],
    [
      'without plan and materials',
      'BundleIncomplete',
      ({ row }) => void row.revision_row?.roles.splice(1, Number.POSITIVE_INFINITY),
    ],
    ['while a gate has not signed', 'GatesNotPassed', ({ row }) => void row.signed.shift()],
    [
      'while a warning is answered at another gate only',
      'FindingsUnanswered',
      ({ row }) => {
        row.revision_row?.obligations.warnings.push(warning);
        row.signed = row.signed.map(({ gate }) => ({
          ...{ gate, answers: gate === 'legal' ? [{ finding: warning.finding, answer: '不归这一关' }] : [] },
        }));
      },
    ],
    ['while an error stands', 'FindingsBlock', ({ row }) => void row.revision_row?.obligations.errors.push(error)],
    [
      'over an error that nobody may let pass',
      'FindingsBlock',
      ({ row }) => {
        row.revision_row?.obligations.errors.push({ ...error, overridable: false });
        row.overridden = [error.finding];
      },
    ],
  ])('%s', (_, type, spoil) => {
    const own = member();
    const changes = spoil(own);
    expect(() => mayCommit(own.request, rowsOf([own], changes))).toThrow(refused(type));
  });

  test('while somebody else has its plan, or that of a member of its group', () => {
    const members = [member('group'), member('group')];
    const [own, other] = members.map(({ row }) => row.bundle_id);
    for (const locked of [[], [own], [other]].map((ids) => ids.flatMap((id) => id ?? [])))
      expect(mayCommit(members[0]?.request as CommitRequest, rowsOf(members, { locked }))).toEqual({
        outcome: 'unsettled',
      });
  });
});

describe('a group', () => {
  const group = () => [member('group'), member('group')] as const;

  test('goes as a whole, and another group is nothing to it', () => {
    const [own, other] = group();
    const verdict = mayCommit(own.request, rowsOf([own, other, member('another group'), member()]));
    expect(verdict).toEqual({ outcome: 'due', t0, bundleIds: [own.row.bundle_id, other.row.bundle_id] });
  });

  test.each<[string, Parameters<typeof isPermanent>[1], (other: ArmedRow) => void]>([
    ['has another instant', 'WrongPhase', (row) => void Object.assign(row, { t0: '2026-11-24T01:00:00.500Z' })],
    ['has nothing staged', 'WrongPhase', (row) => void Object.assign(row, { staged: null })],
    ['has a newer revision', 'SealStale', (row) => void Object.assign(row, { accepted: 3 })],
    ['lacks a signature', 'GatesNotPassed', (row) => void row.signed.pop()],
    ['is not armed with it any more', 'WrongPhase', (row) => void Object.assign(row, { group_id: null })],
  ])('stays where a member %s', (_, type, spoil) => {
    const [own, other] = group();
    const rows = rowsOf([own, other]); // the list as it was formed
    spoil(other.row);
    expect(() => mayCommit(own.request, rows)).toThrow(refused(type));
  });

  test('waits until T0 for a member that is armed after it, and no longer', () => {
    const [own, other] = group();
    const rows = rowsOf([own, other]);
    other.row.group_id = null;
    own.row.wait_ms = 3_000;
    expect(mayCommit(own.request, rows)).toEqual({ outcome: 'early', t0 });
    own.row.wait_ms = 0;
    expect(() => mayCommit(own.request, rows)).toThrow(refused('WrongPhase'));
  });

  test('takes nobody along who is not on its list', () => {
    const [own, stranger] = group();
    const groups = [{ group_id: 'group', bundle_id: own.row.bundle_id }];
    for (const { request } of [own, stranger])
      expect(() => mayCommit(request, rowsOf([own, stranger], { groups }))).toThrow(refused('WrongPhase'));
  });
});
