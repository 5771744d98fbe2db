import { generateKeyPairSync } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { genesis } from '../../../activities/audit/chain.ts';
import { keyIdOf } from '../../../activities/audit/checkpoint.ts';
import type { CoreStore } from '../../../activities/ports/core-store.ts';
import { asideName } from '../../../infra/audit/evidence-files.ts';
import { auditFiles } from '../../../infra/audit/files.ts';
import { loadOfficeConfig } from '../../../infra/config/office.ts';
import { createSignIn } from '../../../infra/config/people-tokens.ts';
import type { AuditRow } from '../../../schemas/audit.ts';
import { BundleId } from '../../../schemas/bundle.ts';
import { CliAuditExported, CliAuditVerified, CliRefusal } from '../../../schemas/cli.ts';
import type { BundleEvidence } from '../../../schemas/evidence.ts';
import type { Releases } from '../../../services/api/releases.ts';
import { createApi } from '../../../services/api/server.ts';
import { chainOf, checkpointOf, keys, relinked } from '../../support/audit-chain.ts';
import { commandLine } from '../../support/command-line.ts';
import { evidenceFixture } from '../../support/evidence.ts';
import { memoryDesk } from '../../support/memory-desk.ts';
import { noDeadLetters } from '../../support/no-dead-letters.ts';
import { digest } from '../../support/release-fixture.ts';

const whole = chainOf(2_345); // more than two pages
const bundleId = BundleId.parse(whole[1]?.bundleId);
const seal = digest('seal');
const signed: BundleEvidence['decisions'][number] = {
  ...{ revision: 1, seal, gate: 'legal', decision: 'signed', reviewerId: 'reviewer-legal' },
  ...{ reason: '<b>符合</b>', decidedAt: '2026-03-02T01:00:00.000Z', actingFor: null, carriedFrom: null },
  ...{ answers: [], inputSha256: digest('input') },
};
const evidence = evidenceFixture(bundleId, { title: '关于规范<校园>周边交通秩序的通知', decisions: [signed] });

let rows: AuditRow[] = whole;
let cli: Awaited<ReturnType<typeof commandLine>>;
const { people } = (await loadOfficeConfig()).people;
const api = createApi({
  audit: {
    rows: async ({ after, limit, bundleId: of }) =>
      rows.filter((row) => row.seq > after && (!of || row.bundleId === of)).slice(0, limit),
    head: async () => ({ size: rows.length, head: rows.at(-1)?.hash ?? genesis, at: new Date().toISOString() }),
    evidence: async (asked) => (asked === bundleId ? evidence : null),
    recordRefusal: async () => {},
  },
  releases: {} as Releases,
  store: {} as CoreStore,
  submissions: () => Promise.reject(new Error('not needed')),
  readZip: () => Promise.reject(new Error('not needed')),
  signIn: createSignIn(people, Object.fromEntries(people.map(({ id }) => [id, `token-of-${id}`]))),
  ...memoryDesk().deps,
  deadLetters: noDeadLetters,
  isDependencyDown: () => false,
  log: pino({ level: 'silent' }),
});
beforeAll(async () => void (await api.listen({ host: '127.0.0.1', port: 0 })));
afterAll(() => api.close());
beforeEach(async () => {
  rows = whole;
  cli = await commandLine(`http://127.0.0.1:${(api.server.address() as AddressInfo).port}`);
});
afterEach(() => cli[Symbol.asyncDispose]());

const file = async (name: string, content: string) => {
  await writeFile(join(cli.cwd, name), content);
  return name;
};
const lines = (values: unknown[]) => values.map((value) => `${JSON.stringify(value)}\n`).join('');
const pem = () => keys.publicKey.export({ type: 'spki', format: 'pem' }) as string;
async function verify(...argv: string[]) {
  const { code, out } = await cli.run('audit', 'verify', ...argv, '--json');
  return { code, ...CliAuditVerified.parse(JSON.parse(out)) };
}
const offline = ['--api', 'http://127.0.0.1:9']; // nothing listens there

test('an export holds every row, over all pages, and verifies offline', async () => {
  const exported = await cli.run('audit', 'export', '--out', 'chain.jsonl', '--json');
  expect(exported.code).toBe(0);
  expect(CliAuditExported.parse(JSON.parse(exported.out))).toEqual({ rows: 2_345, out: 'chain.jsonl', report: null });
  expect(await readFile(join(cli.cwd, 'chain.jsonl'), 'utf8')).toBe(lines(whole));
  const head = whole.at(-1)?.hash;
  expect(await verify('chain.jsonl', ...offline)).toMatchObject({
    code: 0,
    ok: true,
    size: 2_345,
    head,
    checkpoints: 0,
  });
  const told = await cli.run('audit', 'verify', 'chain.jsonl', ...offline);
  expect(told.out).toContain(head);
  expect(told.out).toContain('没有检查点');
  const piped = await cli.run('audit', 'export', '--bundle', bundleId);
  expect(piped.out).toBe(lines(whole.filter((row) => row.bundleId === bundleId)));
  expect((await verify(await file('extract.jsonl', piped.out), '--extract')).code).toBe(0);
  expect((await verify('extract.jsonl')).firstBad).toBe(1);
});

test('verify names the first bad row and ends 1', async () => {
  const small = whole.slice(0, 9);
  const altered = small.with(4, { ...(small[4] as AuditRow), actor: 'somebody' });
  expect(await verify(await file('altered', lines(altered)))).toMatchObject({ code: 1, ok: false, firstBad: 5 });
  expect((await cli.run('audit', 'verify', 'altered')).out).toContain('5');
  expect(await verify(await file('gap', lines(small.toSpliced(6, 1))))).toMatchObject({ code: 1, firstBad: 7 });
  expect(await verify(await file('torn', lines(small).slice(0, -9)))).toMatchObject({ code: 1, firstBad: 9 });
});

test('with checkpoints it also finds what was cut off or rewritten as a whole', async () => {
  const small = whole.slice(0, 9);
  const signedRows = [checkpointOf(small, 3), checkpointOf(small)];
  const named = [
    '--checkpoints',
    await file('checkpoints', lines(signedRows)),
    '--public-key',
    await file('key', pem()),
  ];
  expect(await verify(await file('good', lines(small)), ...named)).toMatchObject({ code: 0, checkpoints: 2 });
  expect(await verify(await file('cut', lines(small.slice(0, 5))), ...named)).toMatchObject({ code: 1, firstBad: 6 });
  const rewritten = relinked(small.with(4, { ...(small[4] as AuditRow), actor: 'somebody' }), 5);
  expect(await verify(await file('rewritten', lines(rewritten)), ...named)).toMatchObject({ code: 1, firstBad: 9 });
  expect((await verify('rewritten')).code).toBe(0);

  const forged = [{ ...signedRows[0], at: '2026-03-02T03:00:00.000Z' }, signedRows[1]];
  await file('checkpoints', lines(forged));
  const told = await cli.run('audit', 'verify', 'good', ...named);
  expect(told).toMatchObject({ code: 1, out: expect.stringContaining('检查点文件第 1 行') });
  await file('checkpoints', `${lines(signedRows)}{"size":9,"he`);
  expect((await verify('good', ...named)).code).toBe(0);
});

test('the running system is compared with what its own worker signed', async () => {
  expect(await verify()).toMatchObject({ code: 0, checkpoints: 0 });
  const { checkpoints, publicKey } = auditFiles(cli.dataDir);
  await writeFile(checkpoints, lines([checkpointOf(whole)]));
  await writeFile(publicKey, pem());
  expect(await verify()).toMatchObject({ code: 0, size: 2_345, checkpoints: 1 });
  rows = whole.slice(0, 2_000);
  expect(await verify()).toMatchObject({ code: 1, firstBad: 2_001 });
  rows = whole.with(1_500, { ...(whole[1_500] as AuditRow), kind: '' });
  expect(await verify()).toMatchObject({ code: 1, firstBad: 1_501 });
});

test('a restored chain says so, and the checkpoints moved aside say which rows that cost', async () => {
  const restoredAt = '2026-03-03T01:02:03.004Z';
  const payload = { restoredAt, backupAt: '2026-03-02T01:00:00.005Z' };
  const mark = { ...(whole[5] as AuditRow), kind: 'restore.marked', actor: 'operator', bundleId: null, payload };
  rows = relinked([...whole.slice(0, 5), mark, ...whole.slice(6, 8)], 6);
  const { checkpoints, publicKey } = auditFiles(cli.dataDir);
  // The machine is a new one, with a key of its own; what the old one signed stays evidence.
  await writeFile(publicKey, generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }));
  await writeFile(publicKey.replace('.pem', `-${keyIdOf(keys.publicKey)}.pem`), pem());
  await writeFile(checkpoints, lines([checkpointOf(whole, 5)]));
  const restore = { row: 6, ...payload };
  expect(await verify()).toMatchObject({ code: 0, checkpoints: 1, restores: [{ ...restore, lostRows: null }] });

  await writeFile(join(cli.dataDir, asideName(restoredAt)), lines([checkpointOf(whole, 5), checkpointOf(whole, 9)]));
  const lostRows = { from: 6, to: 9 };
  expect(await verify()).toMatchObject({ code: 0, checkpoints: 1, restores: [{ ...restore, lostRows }] });
  expect((await cli.run('audit', 'verify')).out).toContain('6–9');
});

describe('what cannot be used as it was given ends 2', () => {
  test.each([
    [['verify', 'nowhere.jsonl'], '文件读不了'],
    [['verify', 'good', '--checkpoints', 'good'], '要一起给'],
    [['verify', 'good', '--checkpoints', 'good', '--public-key', 'good'], 'Ed25519'],
    [['export', '--report', 'r.html'], '--bundle'],
    [['export', '--bundle', 'all'], '选项的值不能用'],
  ])('%j', async (argv, said) => {
    await file('good', lines(whole.slice(0, 3)));
    const { code, out, err } = await cli.run('audit', ...argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(said);
  });

  test('nobody but the auditor exports', async () => {
    const { code, out } = await cli.run('audit', 'export', '--as', 'leader', '--json');
    expect(code).toBe(3);
    expect(CliRefusal.parse(JSON.parse(out)).error.type).toBe('NotAllowed');
  });
});

test('the report shows who signed which seal, escapes what people wrote, and marks what the chain does not know', async () => {
  const { code } = await cli.run('audit', 'export', '--bundle', bundleId, '--out', 'x.jsonl', '--report', 'r.html');
  expect(code).toBe(0);
  const html = await readFile(join(cli.cwd, 'r.html'), 'utf8');
  for (const shown of [
    evidence.revisions[0]?.seal,
    'reviewer-legal',
    '法律关',
    '关于规范&lt;校园>周边交通秩序的通知',
    '&lt;b>符合&lt;/b>',
  ])
    expect(html).toContain(shown);
  expect(html).toContain('✓ 审计链完整');
  expect(html).toContain('✖ 链上没有');
  expect(html).not.toMatch(/<script|https?:\/\//);
});
