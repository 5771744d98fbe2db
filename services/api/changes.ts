import type { FastifyInstance } from 'fastify';
import { checkChanges, partChanges, type TextOf } from '../../activities/bundles/part-changes.ts';
import type { ReadDocument } from '../../activities/documents/read.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { ChangeStore } from '../../activities/ports/change-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ChangesAnswer } from '../../schemas/revision-change.ts';
import { Digest } from '../../schemas/text.ts';
import type { RecordRead } from './reads.ts';
import { Refusal } from './refusal.ts';
import { bundleOf, type PersonOf } from './sign-in.ts';

type Deps = { store: CoreStore; blobs: BlobStore; changes: ChangeStore; readDocument: ReadDocument };

/** Keeps what a new revision changed beside the one that stood before it; nothing for a first revision. */
export async function recordChanges(
  { store, blobs, changes, readDocument }: Deps,
  revision: { bundleId: BundleId; revision: number },
): Promise<void> {
  const fromRevision = await changes.acceptedBefore(revision);
  if (fromRevision === null) return;
  const [before, after] = await Promise.all([
    store.revision({ bundleId: revision.bundleId, revision: fromRevision }),
    store.revision(revision),
  ]);
  if (!before || !after) return;
  const textOf: TextOf = async ({ parts }, item) => {
    const digest = parts.find(({ id }) => id === item.id)?.sha256;
    if (!digest) return [];
    const { model } = await readDocument({ ...item, bytes: await blobs.get(Digest.parse(digest)) });
    return model?.paragraphs.map(({ text }) => text) ?? [];
  };
  const parts = await partChanges(before.content, after.content, after.gates, textOf);
  await changes.addChange(revision, fromRevision, [...parts, ...checkChanges(before, after, after.gates, parts)]);
}

/** 作废依据: what each revision changed, and which decisions stand or fell. */
export function serveChanges(
  api: FastifyInstance,
  { changes, personOf, recordRead }: Pick<Deps, 'changes'> & { personOf: PersonOf; recordRead: RecordRead },
): void {
  api.get('/v1/bundles/:bundleId/changes', async (request): Promise<ChangesAnswer> => {
    const person = personOf(request);
    const bundleId = bundleOf(request);
    await recordRead(person, 'changes', bundleId);
    const revisions = await changes.changes(bundleId);
    if (revisions.length > 0) return { bundleId, revisions };
    throw new Refusal('NotFound', {
      zh: '没有这个政策包，或者它只有一版',
      en: 'There is no such bundle, or it has one revision only',
    });
  });
}
