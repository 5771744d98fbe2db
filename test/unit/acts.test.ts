import { expect, test } from 'vitest';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { ReleaseState } from '../../schemas/release.ts';
import { assertMayAct } from '../../services/api/acts.ts';
import { Refusal } from '../../services/api/refusal.ts';
import { manifestOf, newBundleId } from '../support/release-fixture.ts';

const target = newBundleId();
const acts = [{ act: 'correct' as const, bundleId: target, on: '2026-11-24', reason: '日期有误' }];

/** The rows of a bundle that was committed once, on the website, and is `state` now. */
const rowsOf = (state: ReleaseState) =>
  ({
    releases: async () => [{ bundleId: target }],
    lastState: async () => state,
    revision: async () => ({ content: { channels: ['website'], manifest: manifestOf(target) } }),
  }) as unknown as CoreStore;
const mayAct = (state: ReleaseState): Promise<unknown> =>
  assertMayAct(rowsOf(state), { acts }, ['website']).then(
    () => 'accepted',
    (error) => (error instanceof Refusal ? error.answer.error : error),
  );
const accepted: ReleaseState[] = ['verifying', 'released', 'partly-released', 'outcome-unknown'];

// Once the first wave is public and read back a release is withdrawn or stays; before that it may be taken back, and what
// its next revision says nobody has acted on.
test.each(ReleaseState.options.map((state) => ({ state, answer: accepted.includes(state) ? 'accepted' : 'refused' })))(
  'an act on a release that is $state is $answer',
  async ({ state, answer }) => {
    const said = await mayAct(state);
    if (answer === 'accepted') return expect(said).toBe('accepted');
    expect(said).toMatchObject({ type: 'BundleUnknown', where: 'manifest.json: acts[0]' });
    expect(said).toMatchObject({ message: { en: expect.stringContaining(`is not public (${state})`) } });
  },
);
