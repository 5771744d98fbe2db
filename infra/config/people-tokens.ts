import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Person } from '../../schemas/configuration.ts';

const Tokens = z.record(z.string(), z.string().min(32));

/** Tokens of the demo people, one each, in the data directory and for its owner's eyes only. */
export const peopleTokensPath = (dataDir: string) => join(dataDir, 'people-tokens.json');

/** Reads the tokens, and makes those that are missing. A real office signs its people in elsewhere. */
export async function ensurePeopleTokens(dataDir: string, people: Person[]): Promise<Record<string, string>> {
  const path = peopleTokensPath(dataDir);
  const known: z.infer<typeof Tokens> = await readFile(path, 'utf8').then(
    (text) => Tokens.parse(JSON.parse(text)),
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return {};
      throw error;
    },
  );
  const tokens = Object.fromEntries(people.map(({ id }) => [id, known[id] ?? randomBytes(24).toString('base64url')]));
  if (JSON.stringify(tokens) !== JSON.stringify(known)) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, `${JSON.stringify(tokens, null, 2)}\n`, { mode: 0o600 });
    await rename(`${path}.new`, path);
  }
  return tokens;
}

const hash = (token: string) => createHash('sha256').update(token).digest();

/** Finds the person of a token in constant time per person. */
export function createSignIn(people: Person[], tokens: Record<string, string>) {
  const known = people.flatMap((person) => {
    const token = tokens[person.id];
    return token ? [{ person, hash: hash(token) }] : [];
  });
  return (token: string): Person | undefined => {
    const given = hash(token);
    return known.filter((entry) => timingSafeEqual(entry.hash, given)).at(0)?.person;
  };
}
