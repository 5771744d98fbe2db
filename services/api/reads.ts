import type { FastifyInstance } from 'fastify';
import type { AccessStore } from '../../activities/ports/access-store.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { Person } from '../../schemas/configuration.ts';
import type { AccessAnswer, ReadKind } from '../../schemas/desk.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';

export type RecordRead = (person: Person, what: ReadKind, ...bundleIds: BundleId[]) => Promise<void>;

const SHANGHAI_MS = 8 * 3_600_000;

/**
 * 知悉范围 (I24): who reads a bundle that is not public is written down before he gets the answer, once a revision, day and
 * kind. What this process has written it need not write again: whoever looks every second costs no writes.
 */
export function createReads(access: AccessStore, now: () => number = Date.now): RecordRead {
  let day = '';
  const written = new Set<string>();
  return async (person, what, ...bundleIds) => {
    const today = new Date(now() + SHANGHAI_MS).toISOString().slice(0, 10);
    if (today !== day) written.clear();
    day = today;
    const key = (read: { bundleId: BundleId; revision: number }) =>
      [read.bundleId, read.revision, person.id, what].join(' ');
    const unwritten = (await access.exposures(bundleIds)).filter((read) => !read.isPublic && !written.has(key(read)));
    if (unwritten.length === 0) return;
    await access.record(person.id, what, unwritten);
    for (const read of unwritten) written.add(key(read));
  };
}

/** Who has read a bundle before it was public. */
export function serveAccess(api: FastifyInstance, { access, personOf }: { access: AccessStore; personOf: PersonOf }) {
  api.get('/v1/bundles/:bundleId/access', async (request): Promise<AccessAnswer> => {
    personOf(request, 'auditor');
    const bundleId = bundleOf(request);
    return { bundleId, reads: await access.of(bundleId) };
  });
}
