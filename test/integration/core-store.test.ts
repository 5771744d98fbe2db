import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import { newReleaseKey } from '../../activities/releases/sealed-staging.ts';
import type { Sealed } from '../../activities/releases/types.ts';
import { createRepairStore } from '../../infra/postgres/core/repair.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { coreStoreContract } from '../support/core-store-contract.ts';
import { ownCore } from '../support/own-core.ts';
import { fourGates, manifestOf, newBundleId, receipt } from '../support/release-fixture.ts';

const { db, store } = await ownCore({ max: 60 });

async function revisionOf(bundleId: BundleId, roles?: Parameters<typeof manifestOf>[1]): Promise<Sealed> {
  const manifest = manifestOf(bundleId, roles);
  const content = sealedContent({ manifest, parts: [], channels: ['website'], policy: 'publish-rest', ruleSet: '1' });
  const seal = sealOf(content);
  const revision = await store.addRevision({
    bundleId,
    seal,
    content,
    gates: fourGates,
    findings: [],
    obligations: { errors: [], warnings: [] },
    gateInputs: gateInputs(content, fourGates, []),
    drafterId: 'drafter',
  });
  return { bundleId, revision, seal };
}
coreStoreContract(() => store, createRepairStore(db, store));

test('not even direct SQL can forge a drafter who did not draft', async () => {
  const { bundleId, revision, seal } = await revisionOf(newBundleId());
  const forged =
    sql`insert into decision (bundle_id, revision, seal, gate, decision, reviewer_id, drafter_id, input_sha256)
    select bundle_id, revision, ${seal}, gate, 'signed', 'drafter', 'somebody-else', sha256
    from gate_input where bundle_id = ${bundleId} and revision = ${revision} and gate = 'legal'`.execute(db);
  await expect(forged).rejects.toMatchObject({ constraint: 'decision_on_the_seal' });
});

test('receipts that come together share a transaction; one that cannot be stored holds up no other', async () => {
  const told = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const sealed = await revisionOf(newBundleId());
      const releaseId = ReleaseId.parse(randomUUID());
      await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
      return receipt(sealed.bundleId, releaseId, 'website', 'live');
    }),
  );
  const add = (each: ChannelReceipt) => store.addReceipt(randomUUID(), each);
  await Promise.all(told.map(add));
  const transactions = db.selectFrom('receipt').select(({ fn }) => fn.count(sql`xmin::text`).distinct().as('n'));
  const releases = told.map(({ releaseId }) => releaseId);
  expect((await transactions.where('release_id', 'in', releases).executeTakeFirst())?.n).toBe(1);

  const unknown = { ...receipt(newBundleId(), ReleaseId.parse(randomUUID()), 'website', 'live') };
  const verified = told.map((each) => ({ ...each, state: 'verified' as const }));
  const results = await Promise.allSettled([...verified.slice(0, 9), unknown, ...verified.slice(9)].map(add));
  expect(results.map(({ status }) => status)).toEqual(
    Array.from({ length: 21 }, (_, index) => (index === 9 ? 'rejected' : 'fulfilled')),
  );
  for (const { bundleId } of told) expect(await store.receipts(bundleId)).toHaveLength(2);
});
