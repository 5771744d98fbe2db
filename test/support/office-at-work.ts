import { randomUUID } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, vi } from 'vitest';
import { defaultCacheDir, repositoryRoot } from '../../infra/local/layout.ts';
import { Manifest } from '../../schemas/bundle.ts';
import { CliStatus, CliSubmitted } from '../../schemas/cli.ts';
import { runCli } from '../../services/cli/program.ts';
import type { OwnSystem } from './own-system.ts';

const example = join(repositoryRoot, 'examples/qinghe-enterprise-support');

/** The people of a whole system at their command lines. `scratch` is a directory for their bundles. */
export function officeAtWork(system: OwnSystem, scratch: string) {
  /** Runs the command line inside this process: on a busy machine most of a command's time is its start. */
  async function run(...args: string[]) {
    const [out, err]: [string[], string[]] = [[], []];
    const code = await runCli(args, {
      stdout: { write: (text) => out.push(text) },
      stderr: { write: (text) => err.push(text) },
      ...{ cwd: scratch, dataDir: system.dataDir, cacheDir: defaultCacheDir(process.env), configDir: undefined },
      ...{ environment: {}, token: undefined, signal: AbortSignal.timeout(300_000) },
      known: { apiUrl: system.apiUrl, websiteUrl: system.websiteUrl, wechatUrl: system.wechatUrl },
    });
    return { code, out: out.join(''), err: err.join('') };
  }
  /** What a command that has to succeed answers. */
  async function lockstep(...args: string[]) {
    const answer = await run(...args, '--json');
    expect(answer.code, answer.err + answer.out).toBe(0);
    return JSON.parse(answer.out);
  }
  const status = async (bundleId: string) => CliStatus.parse(await lockstep('release', 'status', bundleId));
  const reached = (bundleId: string, state: string) =>
    vi.waitFor(async () => expect((await status(bundleId)).state).toBe(state), { timeout: 90_000, interval: 250 });
  const submit = async (path: string) => CliSubmitted.parse(await lockstep('--as', 'meng-chunhe', 'submit', path));
  const sign = (bundleId: string, gate: string, ...answers: string[]) =>
    lockstep('--as', `reviewer-${gate}`, 'gate', 'sign', bundleId, gate, ...answers);
  /** Signs every open gate with its reviewer, whatever answers it asks for. */
  async function signAll(bundleId: string) {
    for (const { gate, state, mustAnswer } of (await status(bundleId)).gates) {
      if (state !== 'open') continue;
      await sign(bundleId, gate, ...mustAnswer.flatMap((finding) => ['--answer', `${finding}=已核对，属实。`]));
    }
  }
  const arm = (bundleId: string, at: string) => lockstep('--as', 'leader', 'release', 'arm', bundleId, '--at', at);
  /** A copy of the example under an id of its own. */
  async function copyOfExample(change: (manifest: Manifest) => Manifest = (manifest) => manifest): Promise<string> {
    const copy = join(scratch, randomUUID());
    await cp(example, copy, { recursive: true });
    const manifest = Manifest.parse(JSON.parse(await readFile(join(copy, 'manifest.json'), 'utf8')));
    await writeFile(
      join(copy, 'manifest.json'),
      JSON.stringify(change({ ...manifest, bundleId: randomUUID() as never })),
    );
    return copy;
  }
  return {
    run,
    lockstep,
    status,
    reached,
    submit,
    signAll,
    arm,
    copyOfExample,
    page: async (bundleId: string) => {
      const answer = await fetch(`${system.websiteUrl}/policies/${bundleId}/`);
      return { status: answer.status, text: await answer.text() };
    },
    /** A bundle of its own that is approved, and ready on every channel. */
    async prepared(): Promise<string> {
      const { bundleId } = await submit(await copyOfExample());
      await signAll(bundleId);
      await reached(bundleId, 'prepared');
      return bundleId;
    },
    async publish(bundleId: string) {
      await signAll(bundleId);
      await reached(bundleId, 'prepared');
      await arm(bundleId, '+3s');
      await reached(bundleId, 'released');
    },
  };
}
