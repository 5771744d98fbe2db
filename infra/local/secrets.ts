import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { readJson, writeJson } from './files.ts';

const password = () => randomBytes(24).toString('base64url');

/** Passwords of the local database roles: random, one set per data directory, in a file that only its owner reads. */
export const Secrets = z.object({
  postgresAdmin: z.string().default(password),
  core: z.string().default(password),
  website: z.string().default(password),
  newMedia: z.string().default(password),
  press: z.string().default(password),
});
export type Secrets = z.infer<typeof Secrets>;

/** Reads the passwords, making those that are not there yet. */
export async function loadSecrets(path: string): Promise<Secrets> {
  const secrets = (await readJson(path, Secrets)) ?? Secrets.parse({});
  await writeJson(path, secrets);
  return secrets;
}
