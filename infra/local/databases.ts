import pg from 'pg';
import type { Secrets } from './secrets.ts';

/** One database per independent service, so that the public site cannot read what is unreleased. */
const owners = {
  core: { database: 'lockstep', role: 'lockstep_core' },
  website: { database: 'lockstep_website', role: 'lockstep_website' },
  newMedia: { database: 'lockstep_new_media', role: 'lockstep_new_media' },
  press: { database: 'lockstep_press', role: 'lockstep_press' },
} as const;

type Owner = keyof typeof owners;
export type DatabaseUrls = Record<Owner, string>;
const names = Object.keys(owners) as Owner[];

/**
 * Makes roles and databases that are missing and gives their addresses. No role can enter another's database. Safe to
 * repeat; passwords are set each time, since the server may outlive the data directory that knew them.
 */
export async function ensureDatabases(adminUrl: string, secrets: Secrets): Promise<DatabaseUrls> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      'select datname as name from pg_database union all select rolname from pg_roles',
    );
    const present = new Set(rows.map(({ name }) => name));
    for (const name of names) {
      const { database, role } = owners[name];
      const verb = present.has(role) ? 'alter' : 'create';
      await client.query(`${verb} role ${role} with login password ${client.escapeLiteral(secrets[name])}`);
      if (present.has(database)) continue;
      await client.query(`grant ${role} to current_user`); // lets an administrator who is no superuser give it away
      await client.query(`create database ${database} owner ${role}`);
      await client.query(`revoke connect on database ${database} from public`);
    }
  } finally {
    await client.end();
  }
  return databaseUrls(adminUrl, secrets);
}

/** Their addresses, whether or not they are there. */
export const databaseUrls = (adminUrl: string, secrets: Secrets): DatabaseUrls =>
  Object.fromEntries(names.map((name) => [name, urlFor(adminUrl, name, secrets)])) as DatabaseUrls;

/** The address of one of them for the role that made them, which may read all. */
export function adminUrlOf(adminUrl: string, name: Owner): string {
  const url = new URL(adminUrl);
  url.pathname = `/${owners[name].database}`;
  return url.toString();
}

function urlFor(adminUrl: string, name: Owner, secrets: Secrets): string {
  const url = new URL(adminUrlOf(adminUrl, name));
  url.username = owners[name].role;
  url.password = secrets[name];
  return url.toString();
}
