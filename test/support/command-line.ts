import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { runCli } from '../../services/cli/program.ts';
import { bundleFiles, type Files } from './bundle-files.ts';

/** Every person of the shipped office, each with a token of the own name. */
const people = [
  'meng-chunhe',
  'reviewer-political',
  'reviewer-legal',
  'reviewer-secrecy',
  'reviewer-wording',
  'leader',
  'operator',
  'auditor',
];

/** A place to run command lines in: its own directory with the people's tokens, and what each command printed. */
export async function commandLine(apiUrl?: string) {
  const cwd = await mkdtemp(join(tmpdir(), 'lockstep-cli-'));
  const dataDir = join(cwd, 'data');
  await mkdir(dataDir);
  await writeFile(
    join(dataDir, 'people-tokens.json'),
    JSON.stringify(Object.fromEntries(people.map((person) => [person, `token-of-${person}`]))),
  );
  return {
    cwd,
    dataDir,
    async run(...argv: string[]) {
      const out: string[] = [];
      const err: string[] = [];
      const code = await runCli(argv, {
        stdout: { write: (text) => out.push(text) },
        stderr: { write: (text) => err.push(text) },
        cwd,
        dataDir,
        cacheDir: join(cwd, 'cache'),
        configDir: undefined,
        environment: {},
        known: { apiUrl, websiteUrl: apiUrl, wechatUrl: undefined },
        token: undefined,
        signal: AbortSignal.timeout(60_000),
      });
      return { code, out: out.join(''), err: err.join('') };
    },
    /** Writes files into a directory below `cwd` and answers its name. */
    async write(name: string, files: Files) {
      for (const [file, content] of Object.entries(files)) {
        await mkdir(dirname(join(cwd, name, file)), { recursive: true });
        await writeFile(join(cwd, name, file), content);
      }
      return name;
    },
    [Symbol.asyncDispose]: () => rm(cwd, { recursive: true, force: true }),
  };
}

/** A bundle of Markdown files: small, and complete where `change` leaves it so. */
export const smallBundle = (change?: (manifest: Record<string, unknown>) => void): Files =>
  bundleFiles(
    {
      'policy.md': '# 关于规范校园周边交通秩序的通知\n\n请遵照执行。\n',
      'plan.md': '# 解读方案\n\n解读时间、渠道、单位。\n',
      'text.md': '# 文字解读\n\n为什么出台。\n',
    },
    [
      { id: 'policy', role: 'policy-document', file: 'policy.md' },
      { id: 'plan', role: 'interpretation-plan', file: 'plan.md', public: false },
      { id: 'text', file: 'text.md', form: 'text' },
    ],
    change,
  );
