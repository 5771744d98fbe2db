import { createTestDatabase } from './local-services.ts';
import { type SampleRelease, startWebsite } from './website.ts';

/** A website on a database of its own, as the tests of one file share it. */
export async function startOwnWebsite() {
  const database = await createTestDatabase();
  const website = await startWebsite(database.url);
  return {
    ...website,
    databaseUrl: database.url,
    /** What it has said of a release, in order. */
    statesOf: ({ releaseId }: Pick<SampleRelease, 'releaseId'>) =>
      website.published.filter(({ data }) => data.releaseId === releaseId).map(({ data }) => data.state),
    async stop() {
      await website.stop();
      await database.drop();
    },
  };
}
export type OwnWebsite = Awaited<ReturnType<typeof startOwnWebsite>>;
