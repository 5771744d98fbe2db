import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const PeopleTokens = z.record(z.string(), z.string().min(1));
export type PeopleTokens = z.infer<typeof PeopleTokens>;

/**
 * Tokens of the demo people, as the API writes them at its start (readable by its own user only). Undefined where there
 * are none: nothing was started here, or the office signs in otherwise.
 */
export async function readPeopleTokens(dataDir: string): Promise<PeopleTokens | undefined> {
  try {
    return PeopleTokens.parse(JSON.parse(await readFile(join(dataDir, 'people-tokens.json'), 'utf8')));
  } catch {
    return undefined;
  }
}
