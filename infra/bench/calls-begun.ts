import pg from 'pg';
import type { Channel } from '../../schemas/bundle.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import { adminUrlOf } from '../local/databases.ts';

/** One channel of one release: when its last call began, ms since 1970. */
export type CallBegun = { releaseId: string; channel: Channel; at: number };

// Both services write their intent before they call: of a channel with several accounts or recipients the last one
// counts, and a release of which one was never called does not count at all.
const INTENTS = [
  { channel: 'wechat', database: 'newMedia', from: 'delivery' },
  { channel: 'press-pack', database: 'press', from: `mail where matter = 'release'` },
] as const;

/**
 * When each channel beside the website began its last call to a provider, by its own record. `adminUrl` is of a role that
 * may read every database of this server. Throws where one of them is not there.
 */
export async function callsBegun(adminUrl: string, releases: readonly ReleaseId[]): Promise<CallBegun[]> {
  const all = await Promise.all(
    INTENTS.map(async ({ channel, database, from }) => {
      const client = new pg.Client({ connectionString: adminUrlOf(adminUrl, database) });
      await client.connect();
      try {
        const { rows } = await client.query<{ release_id: string; at: number }>(
          `select release_id::text, (extract(epoch from max(intended_at)) * 1000)::float8 as at from (select * from ${from})
           where release_id = any($1) group by release_id having bool_and(intended_at is not null)`,
          [releases],
        );
        return rows.map(({ release_id, at }) => ({ releaseId: release_id, channel, at }));
      } finally {
        await client.end();
      }
    }),
  );
  return all.flat();
}
