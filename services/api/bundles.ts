import type { FastifyInstance } from 'fastify';
import type { Intake } from '../../activities/bundles/intake.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { type SubmitAnswer, SubmitQuery } from '../../schemas/api.ts';
import type { RecordRead } from './reads.ts';
import { comesNotBack, Refusal } from './refusal.ts';
import type { Releases } from './releases.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';
import type { createSubmissions } from './submissions.ts';
import type { Tell } from './telling.ts';

type Deps = {
  releases: Releases;
  store: CoreStore;
  submissions: ReturnType<typeof createSubmissions>;
  readZip: (bytes: Uint8Array) => Promise<Intake>;
  personOf: PersonOf;
  tell: Tell;
  recordRead: RecordRead;
};
const listed = 50;

/** 送审, and where a bundle stands. */
export function serveBundles(api: FastifyInstance, deps: Deps): void {
  const { releases, store, submissions, readZip, personOf, tell, recordRead } = deps;

  api.post('/v1/bundles', async (request): Promise<SubmitAnswer> => {
    const drafter = personOf(request, 'drafter');
    const query = SubmitQuery.parse(request.query);
    if (!Buffer.isBuffer(request.body)) {
      throw new Refusal('BadRequest', {
        zh: '请以 application/zip 上传政策包',
        en: 'Send the bundle as application/zip',
      });
    }
    const { bundleId, submission, findings } = await submissions(await readZip(request.body), query, drafter.id);
    const last = await store.lastState(bundleId);
    if (last === 'withdrawn') throw comesNotBack; // Temporal forgets what has ended
    const { revision, seal } = await releases.submit(bundleId, submission, last === null);
    // A repeat is answered with what the first one said; where the bundle is now, it says itself.
    const { state } = await releases.status(bundleId);
    if (state === 'withdrawn') throw comesNotBack;
    return { bundleId, revision, seal, state, findings };
  });

  api.get('/v1/bundles', async (request) => {
    const person = personOf(request);
    const ids = (await store.bundleIds()).slice(0, listed);
    const statuses = await Promise.all(ids.map((id) => releases.status(id).then(tell, () => null)));
    const bundles = statuses.filter((status) => status !== null);
    await recordRead(person, 'list', ...bundles.map(({ bundleId }) => bundleId));
    return { bundles };
  });
  api.get('/v1/bundles/:bundleId', async (request) => {
    const person = personOf(request);
    const status = await releases.status(bundleOf(request));
    await recordRead(person, 'status', status.bundleId);
    return tell(status);
  });
  api.get('/v1/bundles/:bundleId/receipts', async (request) => {
    const person = personOf(request);
    const bundleId = bundleOf(request);
    await recordRead(person, 'receipts', bundleId);
    return { receipts: await store.receipts(bundleId) };
  });
}
