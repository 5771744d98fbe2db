import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, getCompileCacheDir, registerHooks } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

// Loaded before an entry: `node --import ./infra/jsx.ts ENTRY`. Node takes the types out of .ts files by itself and keeps
// what it compiled where NODE_COMPILE_CACHE says; only JSX needs a compiler, and what that made is kept beside it.
const require = createRequire(import.meta.url);
const cache = getCompileCacheDir();

registerHooks({
  load(url, context, next) {
    if (!url.endsWith('.tsx')) return next(url, context);
    const filename = fileURLToPath(url);
    const text = readFileSync(filename, 'utf8');
    return { format: 'module', source: cached(text) ?? keep(text, compile(filename, text)), shortCircuit: true };
  },
});

/** The compiler is loaded with the first file that is not in the cache: it costs 40 MB in each process that has it. */
function compile(filename: string, text: string): string {
  const { transformSync } = require('@swc/core') as typeof import('@swc/core');
  const { code } = transformSync(text, {
    filename,
    swcrc: false,
    jsc: {
      parser: { syntax: 'typescript', tsx: true },
      target: 'es2024',
      transform: { react: { runtime: 'automatic', importSource: 'preact' } }, // as tsconfig.json says
    },
  });
  return code;
}

const recipe = readFileSync(import.meta.filename);
const place = (directory: string, text: string): string =>
  join(directory, `${createHash('sha256').update(recipe).update(text).digest('hex')}.jsx`);

function cached(text: string): string | undefined {
  try {
    return cache && readFileSync(place(cache, text), 'utf8');
  } catch {
    return undefined;
  }
}

/** Written aside and renamed: several processes may compile the same file. That it could not be kept is no failure. */
function keep(text: string, code: string): string {
  if (!cache) return code;
  const aside = `${place(cache, text)}.${process.pid}`;
  try {
    mkdirSync(cache, { recursive: true });
    writeFileSync(aside, code);
    renameSync(aside, place(cache, text));
  } catch {
    // A read-only or full disk costs the next start some time.
  }
  return code;
}
