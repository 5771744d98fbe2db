import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { CoreStore, Release } from '../../activities/ports/core-store.ts';
import { coverageOf } from '../../activities/releases/coverage.ts';
import { BundleId, type Channel, type Manifest } from '../../schemas/bundle.ts';
import type { Coverage } from '../../schemas/coverage.ts';
import type { Amendment } from '../../schemas/release.ts';
import { stateName } from '../../schemas/state-name.ts';
import { afterFirstWave } from '../../workflows/policy-release/rules.ts';
import { Refusal } from './refusal.ts';
import type { PersonOf } from './sign-in.ts';

/**
 * Whether a bundle may act on the released ones that it names, on these channels: each has to be past the point from which
 * it can still be rolled back, since an act is on that release and not on what a next revision says; and everybody who got
 * it has to get this one too.
 */
export async function assertMayAct(
  store: CoreStore,
  { acts = [] }: Pick<Manifest, 'acts'>,
  channels: readonly Channel[],
): Promise<void> {
  for (const [at, { bundleId }] of acts.entries()) {
    const where = `manifest.json: acts[${at}]`;
    const target = (await store.releases(bundleId)).at(-1);
    const state = target && (await store.lastState(bundleId));
    if (!target || !state || afterFirstWave(state) !== 'whole') {
      const [zh, en] = state ? [`（${stateName[state]}）`, ` (${state})`] : ['', ''];
      throw new Refusal(
        'BundleUnknown',
        {
          zh: `acts 第 ${at + 1} 项的政策包 ${bundleId} 没有公开${zh}，不能更正、修改、替代、废止或者撤回`,
          en: `Act ${at + 1}: bundle ${bundleId} is not public${en}, so nothing can be done to it`,
        },
        {
          where,
          mend: {
            zh: '请核对 bundleId；正在发布的，等首批渠道公开、核验之后再提交',
            en: 'Check the bundleId; one that is just going out has to be public, and read back, first',
          },
        },
      );
    }
    const missing = (await channelsOf(store, target)).filter((channel) => !channels.includes(channel));
    if (missing.length === 0) continue;
    throw new Refusal(
      'BundleIncomplete',
      {
        zh: `政策包 ${bundleId} 曾在 ${missing.join('、')} 发布，处理它的政策包也要到达这些渠道`,
        en: `Bundle ${bundleId} went to ${missing.join(', ')}; what acts on it has to go there too`,
      },
      {
        where,
        mend: { zh: `请在 channels 中补上 ${missing.join('、')}`, en: `Add ${missing.join(', ')} to channels` },
      },
    );
  }
}

const channelsOf = async (store: CoreStore, release: Release): Promise<Channel[]> =>
  (await store.revision(release))?.content.channels ?? [];

type Deps = { store: CoreStore; personOf: PersonOf };

/** What later bundles did to a released one, and the manifest that a notice about it starts from. */
export function serveActs(api: FastifyInstance, { store, personOf }: Deps): void {
  const bundleOf = (params: unknown) => z.object({ bundleId: BundleId }).parse(params).bundleId;
  async function lastRelease(bundleId: BundleId): Promise<Release> {
    const release = (await store.releases(bundleId)).at(-1);
    if (release) return release;
    throw new Refusal('NotFound', { zh: '这个政策包没有发布过', en: 'This bundle was never released' });
  }

  api.get('/v1/bundles/:bundleId/manifest', async (request): Promise<Omit<Manifest, 'plannedReleaseAt'>> => {
    personOf(request);
    const revision = await store.revision(await lastRelease(bundleOf(request.params)));
    if (!revision) throw new Refusal('NotFound', { zh: '没有这个版本', en: 'There is no such revision' });
    return revision.content.manifest;
  });

  api.get('/v1/bundles/:bundleId/coverage', async (request): Promise<Coverage> => {
    personOf(request);
    const bundleId = bundleOf(request.params);
    const release = await lastRelease(bundleId);
    const released = async (id: BundleId, releaseId: Release['releaseId'], channels: Channel[]) => ({
      releaseId,
      channels,
      receipts: (await store.receipts(id)).filter((receipt) => receipt.releaseId === releaseId),
    });
    const amendments: Amendment[] = await store.amendments(release.releaseId);
    return coverageOf(
      bundleId,
      await released(bundleId, release.releaseId, await channelsOf(store, release)),
      await Promise.all(
        amendments.map(async (amendment) => ({
          amendment,
          later: await released(amendment.byBundleId, amendment.byReleaseId, []),
        })),
      ),
    );
  });
}
