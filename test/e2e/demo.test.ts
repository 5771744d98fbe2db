import { existsSync } from 'node:fs';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readPeopleTokens } from '../../infra/cli-io/people-tokens.ts';
import { dataLayout, repositoryRoot } from '../../infra/local/layout.ts';
import { Manifest } from '../../schemas/bundle.ts';
import { CliAuditVerified, CliRefusal, CliStatus, CliSubmitted, DemoResult } from '../../schemas/cli.ts';
import { createApiClient } from '../../services/cli/api-client.ts';
import { packBundle } from '../../services/cli/bundle-zip.ts';
import { CliFailure } from '../../services/cli/failure.ts';
import { type OwnSystem, startOwnSystem } from '../support/own-system.ts';
import { added, countPublic } from '../support/what-the-public-sees.ts';

const example = join(repositoryRoot, 'examples/qinghe-enterprise-support');
const fixtures = join(repositoryRoot, '../shared/fixtures');

let system: OwnSystem;
let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'lockstep-bundles-'));
  system = await startOwnSystem();
});
afterAll(async () => {
  await system.stop();
  await rm(scratch, { recursive: true, force: true });
});

const readManifest = async (directory: string) =>
  Manifest.parse(JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')));

/** A copy of a bundle directory with its manifest changed. */
async function changed(directory: string, name: string, change: (manifest: Manifest) => Manifest): Promise<string> {
  const copy = join(scratch, name);
  await cp(directory, copy, { recursive: true });
  await writeFile(join(copy, 'manifest.json'), JSON.stringify(change(await readManifest(directory))));
  return copy;
}

const without = (role: string) => (manifest: Manifest) => ({
  ...manifest,
  items: manifest.items.filter((item) => item.role !== role),
});

/** The example, for two channels that are not installed yet as well. */
const toMoreChannels = () =>
  changed(example, 'more-channels', (manifest) => ({
    ...manifest,
    channels: [...manifest.channels, 'app', 'gazette'],
  }));

async function demo(...args: string[]) {
  const answer = await system.lockstep('demo', ...args, '--lead', '2', '--json');
  expect(answer, answer.err).toMatchObject({ code: 0 });
  return { ...answer, result: DemoResult.parse(JSON.parse(answer.out)) };
}

describe('the example', () => {
  test('is released, verified on every channel and public at once, and one copy is everywhere', async () => {
    const before = await countPublic(system);
    const { result, err } = await demo(await toMoreChannels());
    expect(result).toMatchObject({ state: 'released', tornWindowMs: 0 });
    expect(result.channels.map(({ channel, state }) => `${channel} ${state}`).sort()).toEqual([
      'press-pack verified',
      'website verified',
      'wechat verified',
    ]);
    for (const channel of ['app', 'gazette']) expect(err).toMatch(new RegExp(`${channel}.*not installed yet`));

    const interpretations = (await readManifest(example)).items.filter(
      (item) => item.role === 'interpretation-material' && item.public,
    );
    const { articlesPerPost, mailboxes, policies } = added(before, await countPublic(system));
    const forReaders = interpretations.filter(({ form }) => form !== 'press-release'); // 通稿 is for editors
    expect(articlesPerPost).toEqual([1 + forReaders.length]);
    expect(new Set(mailboxes).size).toBe(mailboxes.length);
    expect(policies).toEqual([result.bundleId]);
    const pages = ['', ...interpretations.map(({ id }) => `interpretation/${id}/`)];
    for (const page of pages) {
      const answer = await fetch(`${system.websiteUrl}/policies/${result.bundleId}/${page}`);
      expect({ page, status: answer.status }).toEqual({ page, status: 200 });
    }

    const receipts = await system.lockstep('receipts', result.bundleId);
    expect(receipts.code).toBe(0);
    for (const channel of ['website', 'wechat', 'press-pack']) expect(receipts.out).toContain(channel);
  });

  test('is taken back from the website and from WeChat when it is withdrawn', async () => {
    const { result } = await demo();
    const url = `${system.websiteUrl}/policies/${result.bundleId}/`;
    expect((await fetch(url)).status).toBe(200);
    const articles = new Set([...(await countPublic(system)).posts.values()].flatMap((post) => [...post]));
    const withdrawn = await system.lockstep('withdraw', result.bundleId, '--as', 'leader', '--reason', '附件有误');
    expect(withdrawn, withdrawn.err).toMatchObject({ code: 0 });
    const watched = await system.lockstep('release', 'status', result.bundleId, '--watch', '--json');
    expect(watched).toMatchObject({ code: 0 });
    expect(CliStatus.parse(JSON.parse(watched.out.trim().split('\n').at(-1) ?? '')).state).toBe('withdrawn');
    const late = await system.lockstep('release', 'hold', result.bundleId, '--as', 'leader', '--reason', '等一等');
    expect(late, late.out).toMatchObject({ code: 3, err: expect.stringContaining('已经撤回') });
    expect((await fetch(url)).status).not.toBe(200);
    const left = new Set([...(await countPublic(system)).posts.values()].flatMap((post) => [...post]));
    expect(left.size).toBeLessThan(articles.size);
  });
});

test('the audit chain has every step of a release, verifies, names a forged row, and holds no word of the bundle', async () => {
  const { result } = await demo();
  const chain = join(scratch, 'chain.jsonl');
  const report = join(scratch, 'evidence.html');
  const ofBundle = ['--bundle', result.bundleId, '--out', join(scratch, 'rows.jsonl'), '--report', report];
  expect(await system.lockstep('audit', 'export', '--out', chain)).toMatchObject({ code: 0 });
  expect(await system.lockstep('audit', 'export', ...ofBundle)).toMatchObject({ code: 0 });
  expect(await system.lockstep('audit', 'verify')).toMatchObject({ code: 0 });
  expect(await system.lockstep('audit', 'verify', chain)).toMatchObject({ code: 0 });

  const text = await readFile(chain, 'utf8');
  expect(text).toMatch(/^[\x20-\x7e\n]*$/); // ids, digests and instants: a title, a number or a reason is Chinese
  const kinds = (await readFile(join(scratch, 'rows.jsonl'), 'utf8')).match(/(?<="kind":")[^"]+/g) ?? [];
  expect(kinds.filter((kind) => kind === 'decision.recorded')).toHaveLength(4);
  expect(kinds.filter((kind) => kind === 'release.committed')).toHaveLength(1);
  expect(kinds.filter((kind) => kind === 'receipt.received')).toHaveLength(9); // ready, live, verified of three channels
  expect(await readFile(report, 'utf8')).not.toContain('✖');

  await writeFile(chain, text.replace('"actor":"reviewer-legal"', '"actor":"reviewer-wording"'));
  const forged = await system.lockstep('audit', 'verify', chain, '--json');
  const line = text.split('\n').findIndex((row) => row.includes('"actor":"reviewer-legal"')) + 1;
  expect(forged.code).toBe(1);
  expect(CliAuditVerified.parse(JSON.parse(forged.out))).toMatchObject({ ok: false, firstBad: line });
});

describe('what may not be released is refused with its reason, and nothing is stored', () => {
  /** Bundles that the core knows, and files in its blob store. */
  async function stored() {
    const { rows } = await system.core.query('select bundle_id from bundle');
    return {
      bundles: rows.length,
      blobs: (await readdir(dataLayout(system.dataDir).blobs, { recursive: true })).length,
    };
  }

  test.each([
    ['the interpretation plan', 'interpretation-plan', '解读方案'],
    ['every interpretation material', 'interpretation-material', '解读材料'],
  ])('%s is missing', async (_, role, named) => {
    const before = await stored();
    const directory = await changed(example, role, without(role));
    for (const command of [
      ['demo', directory],
      ['submit', directory, '--as', 'meng-chunhe'],
    ]) {
      const answer = await system.lockstep(...command, '--json');
      expect(answer, answer.err).toMatchObject({ code: 3 });
      expect(answer.out).toContain(named);
      expect(CliRefusal.parse(JSON.parse(answer.out)).error.type).toBe('BundleIncomplete');
    }
    expect(await stored()).toEqual(before);
  });

  test('a file that the manifest lists is not there', async () => {
    const before = await stored();
    const directory = await changed(example, 'no-plan-file', (manifest) => manifest);
    const plan = (await readManifest(example)).items.find(({ role }) => role === 'interpretation-plan');
    await rm(join(directory, plan?.file ?? ''));
    const answer = await system.lockstep('demo', directory);
    expect(answer).toMatchObject({ code: 3, out: '' });
    expect(answer.err).toContain(plan?.file);
    expect(await stored()).toEqual(before);
  });

  test('the API itself refuses what the command line would not even send', async () => {
    const before = await stored();
    const tokens = await readPeopleTokens(system.dataDir);
    const api = createApiClient({ baseUrl: system.apiUrl, token: tokens?.['meng-chunhe'] ?? '' });
    const manifest = await readManifest(example);
    const refused = (error: unknown) => error instanceof CliFailure && [2, 3].includes(error.exitCode);
    const policy = manifest.items[0];
    const empty = { ...manifest, items: policy ? [{ ...policy, bytes: 0 }] : [] };
    for (const zip of [
      Buffer.from('this is no zip'),
      await packBundle({ manifest, parts: [] }), // every file is missing
      await packBundle({ manifest: empty, parts: [{ file: policy?.file ?? '', bytes: new Uint8Array() }] }),
      await packBundle({ manifest: { ...manifest, items: [...manifest.items, ...manifest.items] }, parts: [] }),
    ]) {
      await expect(api.submit(zip, { channels: ['website'] })).rejects.toSatisfy(refused);
    }
    expect(await stored()).toEqual(before);
  });

  test('a channel that is not installed, unless --channels leaves it out', async () => {
    const before = await stored();
    const directory = await toMoreChannels();
    const refused = await system.lockstep('submit', directory, '--as', 'meng-chunhe', '--json');
    expect(refused).toMatchObject({ code: 3 });
    expect(CliRefusal.parse(JSON.parse(refused.out)).error.type).toBe('ChannelNotInstalled');
    expect(await stored()).toEqual(before);
    const answer = await system.lockstep('submit', directory, '--as', 'meng-chunhe', '--channels', 'website', '--json');
    expect(answer, answer.err).toMatchObject({ code: 0 });
    const { bundleId } = CliSubmitted.parse(JSON.parse(answer.out));
    // Nobody reviews the own bundle, and nobody signs at a gate that is another's.
    expect((await system.lockstep('gate', 'sign', bundleId, 'legal', '--as', 'meng-chunhe')).code).toBe(3);
    expect((await system.lockstep('gate', 'sign', bundleId, 'legal', '--as', 'reviewer-wording')).code).toBe(3);
    expect((await system.lockstep('release', 'arm', bundleId, '--at', '+5s', '--as', 'leader')).code).toBe(3);
    const returned = await system.lockstep(
      'gate',
      'return',
      bundleId,
      'legal',
      '--as',
      'reviewer-legal',
      '--reason',
      '依据不足',
    );
    expect(returned).toMatchObject({ code: 0 });
  });
});

// The fixtures lie beside this repository where it is developed, and are no part of it.
describe.skipIf(!existsSync(fixtures))('documents from outside', () => {
  test('the real document is released and verified', async () => {
    const { result } = await demo(join(fixtures, 'real/work-points-2020'));
    expect(result).toMatchObject({ state: 'released', tornWindowMs: 0 });
  });

  test.each([['interpretation-plan'], ['interpretation-material']])(
    'the real document without %s is refused',
    async (role) => {
      const directory = await changed(join(fixtures, 'real/work-points-2020'), `real-${role}`, without(role));
      expect(await system.lockstep('demo', directory)).toMatchObject({ code: 3 });
    },
  );

  test('eight bundles of different kinds are released, several at a time', async () => {
    const directories = (await readdir(join(fixtures, 'bundles'))).map((name) => join(fixtures, 'bundles', name));
    for (let next = 0; next < directories.length; next += 2) {
      const pair = await Promise.all(directories.slice(next, next + 2).map((directory) => demo(directory)));
      for (const { result } of pair) expect(result).toMatchObject({ state: 'released', tornWindowMs: 0 });
    }
  });
});
