import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

// Biome forbids the same while one types; here is the whole of it, type-only imports and folders included.

const root = fileURLToPath(new URL('../..', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root })
  .toString()
  .split('\n')
  .filter((path) => path !== '');
const sources = tracked.filter((path) => /\.(ts|tsx|mjs)$/.test(path));
const read = (path: string) => readFileSync(join(root, path), 'utf8');

type Import = { from: string; target: string; typeOnly: boolean };

/** Static, re-exporting and dynamic imports; a relative target is given from the root. */
function importsOf(path: string, text: string): Import[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s)?([^'"();]*?\sfrom\s+)?'([^']+)'/gm);
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g);
  const place = (target: string) => (target.startsWith('.') ? normalize(join(dirname(path), target)) : target);
  return [
    ...[...statements].map(([, type, , target = '']) => ({
      from: path,
      target: place(target),
      typeOnly: type !== undefined,
    })),
    ...[...dynamic].map(([, target = '']) => ({ from: path, target: place(target), typeOnly: false })),
  ];
}

const all = sources.flatMap((path) => importsOf(path, read(path)));
const under =
  (...folders: string[]) =>
  (path: string) =>
    folders.some((folder) => path.startsWith(`${folder}/`));
const listed = (imports: Import[]) => imports.map(({ from, target }) => `${from} → ${target}`);
const ours = under('schemas', 'workflows', 'activities', 'services', 'infra');

test('imports of every form are seen', () => {
  const text = [
    `import { a } from '../infra/a.ts';`,
    `import type { B } from './b.ts';`,
    `import {\n  c,\n  d,\n} from 'pg';`,
    `export * from './e.ts';`,
    `import './f.ts';`,
    `const g = await import('kafkajs');`,
  ].join('\n');
  expect(importsOf('services/x.ts', text)).toEqual([
    { from: 'services/x.ts', target: 'infra/a.ts', typeOnly: false },
    { from: 'services/x.ts', target: 'services/b.ts', typeOnly: true },
    { from: 'services/x.ts', target: 'pg', typeOnly: false },
    { from: 'services/x.ts', target: 'services/e.ts', typeOnly: false },
    { from: 'services/x.ts', target: 'services/f.ts', typeOnly: false },
    { from: 'services/x.ts', target: 'kafkajs', typeOnly: false },
  ]);
  expect(all.length).toBeGreaterThan(100);
});

describe('who may import whom', () => {
  test('schemas import nothing of ours but schemas', () => {
    const wrong = all.filter(({ from, target }) => under('schemas')(from) && ours(target) && !under('schemas')(target));
    expect(listed(wrong)).toEqual([]);
  });

  test('workflows import schemas, workflows, and the types of activities', () => {
    const wrong = all.filter(({ from, target, typeOnly }) => {
      if (!under('workflows')(from)) return false;
      if (under('schemas', 'workflows')(target)) return false;
      if (under('activities')(target)) return !typeOnly;
      return ours(target) || target.startsWith('node:') || !/^(@temporalio\/(workflow|common)|zod)$/.test(target);
    });
    expect(listed(wrong)).toEqual([]);
  });

  test('what a workflow loads has no zod in it: each workflow loads it anew', () => {
    const loaded = new Set(sources.filter(under('workflows')));
    for (const path of loaded)
      for (const { from, target, typeOnly } of all) if (from === path && !typeOnly) loaded.add(target);
    expect(loaded).toContain('schemas/failures.ts');
    expect([...loaded].filter((target) => target === 'zod' || target.startsWith('zod/'))).toEqual([]);
  });

  test('activities know neither infra nor services nor workflows', () => {
    const wrong = all.filter(
      ({ from, target }) => under('activities')(from) && under('infra', 'services', 'workflows')(target),
    );
    expect(listed(wrong)).toEqual([]);
  });

  test('infra takes from services and workflows nothing but the types of the ports that it implements', () => {
    const wrong = all.filter(
      ({ from, target, typeOnly }) => under('infra')(from) && under('services', 'workflows')(target) && !typeOnly,
    );
    expect(listed(wrong)).toEqual([]);
  });

  // services/cli/bin.mjs runs before any package can be loaded; it may look whether they are there.
  test('only infra knows Kafka, PostgreSQL and the file system', () => {
    const drivers = /^(kafkajs|@platformatic\/kafka|pg|kysely|node:fs|node:fs\/promises|fs|fs\/promises)$/;
    const wrong = all.filter(
      ({ from, target, typeOnly }) =>
        under('activities', 'services', 'workflows')(from) &&
        drivers.test(target) &&
        !typeOnly &&
        from !== 'services/cli/bin.mjs',
    );
    expect(listed(wrong)).toEqual([]);
  });

  test('nothing but tests, local provisioning and generators imports what is installed for developers only', () => {
    const generators = ['infra/mail/compile-press-mail.ts'];
    const mayUse = (path: string) => under('infra/local')(path) || generators.includes(path);
    const { devDependencies } = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
    const wrong = all.filter(
      ({ from, target, typeOnly }) =>
        ours(from) && !mayUse(from) && !typeOnly && Object.hasOwn(devDependencies, target),
    );
    expect(listed(wrong)).toEqual([]);
  });
});

describe('packages', () => {
  type PackageFile = Record<'dependencies' | 'devDependencies' | 'optionalDependencies', Record<string, string>>;
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json')) as PackageFile;
  const declared = Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies });
  const packageOf = (target: string) =>
    target
      .split('/')
      .slice(0, target.startsWith('@') ? 2 : 1)
      .join('/');

  test('what is imported is declared, so that it does not go when another package lets go of it', () => {
    const foreign = all.filter(({ target }) => !target.startsWith('node:') && !tracked.includes(target));
    const wrong = foreign.filter(({ target }) => !declared.includes(packageOf(target)));
    expect(listed(wrong)).toEqual([]);
  });

  test('what is declared is used', () => {
    const imported = new Set(all.map(({ target }) => packageOf(target)));
    const texts = sources.map(read);
    // Run by name; found by platform; or, protobufjs, here for the version it makes others share (docs/dependencies.md).
    const tools = ['@biomejs/biome', 'typescript', 'protobufjs', '@types/node', ...Object.keys(optionalDependencies)];
    const unused = declared.filter((name) => {
      if (tools.includes(name) || imported.has(name)) return false;
      if (name.startsWith('@types/')) return !imported.has(name.slice('@types/'.length));
      return !texts.some((text) => text.includes(`'${name}`)); // looked up rather than imported: fonts
    });
    expect(unused).toEqual([]);
  });
});

test('the environment is read by main.ts of a service and by infra only', () => {
  const wrong = sources.filter(
    (path) =>
      under('schemas', 'workflows', 'activities', 'services')(path) &&
      /\bprocess\.env\b/.test(read(path)) &&
      !/^services\/[\w/-]+\/(main\.ts|bin\.mjs)$/.test(path), // bin.mjs hands its own on
  );
  expect(wrong).toEqual([]);
});

test('no file names a path of the machine it was written on', () => {
  const machine = /(?<![\w.])\/(?:work|tmp|home|root|Users)\/\w/;
  const binary = /\.(docx|png|jpg|ttf|zip|gz)$/;
  expect(machine.test(`see ${['', 'home', 'me', 'notes.txt'].join('/')}`)).toBe(true);
  const wrong = tracked.filter((path) => !binary.test(path) && machine.test(read(path)));
  expect(wrong).toEqual([]);
});
