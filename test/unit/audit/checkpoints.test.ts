import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { verifyChain } from '../../../activities/audit/chain.ts';
import { isSignedBy, keyIdOf } from '../../../activities/audit/checkpoint.ts';
import { createCheckpointer } from '../../../activities/audit/checkpointer.ts';
import { TransientFailure } from '../../../activities/ports/event-bus.ts';
import { createCheckpointLog } from '../../../infra/audit/checkpoint-log.ts';
import { auditFiles } from '../../../infra/audit/files.ts';
import { ensureAuditKey } from '../../../infra/audit/keys.ts';
import { encodeEvent } from '../../../infra/kafka/event-codec.ts';
import { type AuditRow, Checkpoint } from '../../../schemas/audit.ts';
import { type LockstepEvent, Topic } from '../../../schemas/events.ts';
import { chainOf, keys, relinked } from '../../support/audit-chain.ts';

let dataDir: string;
let path: string;
let rows: AuditRow[];
let sent: LockstepEvent[];
let kafkaDown: boolean;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lockstep-audit-'));
  path = auditFiles(dataDir).checkpoints;
  rows = [];
  sent = [];
  kafkaDown = false;
});
afterEach(() => rm(dataDir, { recursive: true, force: true }));

const checkpointer = () =>
  createCheckpointer({
    audit: {
      rows: async ({ after, limit }) => rows.filter(({ seq }) => seq > after).slice(0, limit),
      async head() {
        const last = rows.at(-1);
        return last ? { size: rows.length, head: last.hash, at: new Date().toISOString() } : null;
      },
    },
    log: createCheckpointLog(path),
    key: keys.privateKey,
    announcer: {
      async announce(events) {
        if (kafkaDown) throw new TransientFailure('Kafka is away');
        sent.push(...events);
      },
    },
  });
const inFile = async () =>
  (await readFile(path, 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => Checkpoint.parse(JSON.parse(line)));
const sizes = (found: { size: number }[]) => found.map(({ size }) => size);

test('one is signed where rows were added, and none where nothing was', async () => {
  const worker = checkpointer();
  expect(await worker.run()).toEqual({ outcome: 'nothing new' });
  const whole = chainOf(2_500);
  rows = whole.slice(0, 3);
  expect(await worker.run()).toMatchObject({ outcome: 'signed', checkpoint: { size: 3 } });
  expect(await worker.run()).toEqual({ outcome: 'nothing new' });
  rows = whole;
  await Promise.all([worker.run(), worker.run()]);
  const kept = await inFile();
  expect(sizes(kept)).toEqual([3, 2_500]);
  expect(kept.every((checkpoint) => isSignedBy(checkpoint, keys.publicKey))).toBe(true);
  expect(verifyChain(rows, kept)).toMatchObject({ ok: true });
  expect(sent.map(({ data }) => data)).toEqual(kept);
  expect(sent.map((event) => encodeEvent(event).topic)).toEqual([Topic.audit, Topic.audit]);
});

test('while Kafka is away they go on being written; the newest is announced later, also by the next process', async () => {
  const whole = chainOf(6);
  rows = whole.slice(0, 2);
  kafkaDown = true;
  const first = checkpointer();
  await expect(first.run()).rejects.toBeInstanceOf(TransientFailure);
  rows = whole.slice(0, 4);
  await expect(first.run()).rejects.toBeInstanceOf(TransientFailure);
  expect(sizes(await inFile())).toEqual([2, 4]);
  kafkaDown = false;
  expect(await first.run()).toEqual({ outcome: 'nothing new' });
  expect(await first.run()).toEqual({ outcome: 'nothing new' });
  expect(await checkpointer().run()).toEqual({ outcome: 'nothing new' });
  expect(sent.map(({ data }) => (data as Checkpoint).size)).toEqual([4, 4]);
  expect(new Set(sent.map(({ id }) => id)).size).toBe(1);
});

describe('a chain that does not continue what was signed is not signed', () => {
  const whole = chainOf(6);
  test.each<[string, AuditRow[], number]>([
    ['cut off', whole.slice(0, 3), 4],
    ['emptied', [], 1],
    ['rewritten before the checkpoint', relinked(chainOf(6)), 4],
    ['altered after it', whole.with(4, { ...(whole[4] as AuditRow), actor: 'x' }), 5],
    ['with a row missing after it', whole.filter(({ seq }) => seq !== 5), 5],
  ])('%s', async (_what, forged, firstBad) => {
    rows = whole.slice(0, 4);
    await checkpointer().run();
    rows = forged;
    expect(await checkpointer().run()).toMatchObject({ outcome: 'refused', firstBad });
    expect(sizes(await inFile())).toEqual([4]);
  });
});

test('half a line that a power cut left behind harms neither the checkpoint before nor the one after', async () => {
  const whole = chainOf(4);
  rows = whole.slice(0, 2);
  await checkpointer().run();
  await appendFile(path, '{"size":3,"he');
  rows = whole;
  expect(await checkpointer().run()).toMatchObject({ outcome: 'signed', checkpoint: { size: 4 } });
  expect((await readFile(path, 'utf8')).split('\n').map((line) => line.slice(0, 9))).toEqual([
    '{"size":2',
    '{"size":3',
    '{"size":4',
    '',
  ]);
});

describe('the key', () => {
  test('is made once, and its private half is for its owner only', async () => {
    const key = await ensureAuditKey(dataDir);
    const { privateKey, publicKey } = auditFiles(dataDir);
    expect((await stat(privateKey)).mode & 0o777).toBe(0o600);
    expect(await readFile(publicKey, 'utf8')).toContain('BEGIN PUBLIC KEY');
    expect(keyIdOf(await ensureAuditKey(dataDir))).toBe(keyIdOf(key));
    await rm(publicKey);
    await ensureAuditKey(dataDir);
    expect(await readFile(publicKey, 'utf8')).toContain('BEGIN PUBLIC KEY');
  });

  test('that was lost is replaced; the public half of the old one stays, since what it signed is evidence', async () => {
    const old = keyIdOf(await ensureAuditKey(dataDir));
    await rm(auditFiles(dataDir).privateKey);
    expect(keyIdOf(await ensureAuditKey(dataDir))).not.toBe(old);
    expect(await readdir(dataDir)).toContain(`audit-public-key-${old}.pem`);
  });

  test('that cannot be read is an error, never silently another key', async () => {
    await writeFile(auditFiles(dataDir).privateKey, 'not a key');
    await expect(ensureAuditKey(dataDir)).rejects.toThrow();
  });
});
