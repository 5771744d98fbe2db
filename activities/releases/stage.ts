import type { Channel } from '../../schemas/bundle.ts';
import type { ReleaseId, StagedObject } from '../../schemas/release.ts';
import { digestOf } from '../digest.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Revision } from '../ports/core-store.ts';
import type { RenderedObject } from '../rendering/ports.ts';
import { sealObject } from './sealed-staging.ts';

export type RenderRelease = (input: {
  releaseId: ReleaseId;
  revision: Revision;
  channels: Channel[];
  part: (id: string) => Promise<Uint8Array>;
}) => Promise<{ channel: Channel; objects: RenderedObject[] }[]>;

export type StageRelease = (input: {
  releaseId: ReleaseId;
  key: Uint8Array;
  revision: Revision;
  channels: Channel[];
}) => Promise<{ channel: Channel; objects: StagedObject[] }[]>;

/** WeChat's draft box is the provider's own private staging, filled from inside the core; all others are outside. */
const insideCore: readonly Channel[] = ['wechat', 'app'];

/**
 * Sealed staging 密封预置: renders inside the core, keeps plain text in the core's blob store only, and hands out ciphertext
 * under a key that stays here until T0. A repeat makes new ciphertext; the first that was stored is used.
 */
export const createStageRelease =
  ({ blobs, staging, render }: { blobs: BlobStore; staging: BlobStore; render: RenderRelease }): StageRelease =>
  async ({ releaseId, key, revision, channels }) => {
    const digests = new Map(revision.content.parts.map(({ id, sha256 }) => [id, sha256]));
    const part = (id: string) => {
      const digest = digests.get(id);
      if (!digest) throw new RangeError(`The revision has no part ${id}`);
      return blobs.get(digest); // re-checks the digest, so what is rendered is what was signed
    };
    const rendered = await render({ releaseId, revision, channels, part });
    return Promise.all(
      rendered.map(async ({ channel, objects }) => ({
        channel,
        objects: await Promise.all(objects.map((object) => stageObject(channel, object))),
      })),
    );

    async function stageObject(channel: Channel, { path, mediaType, bytes }: RenderedObject): Promise<StagedObject> {
      const plain = { path, mediaType, sha256: digestOf(bytes), bytes: bytes.length };
      if (insideCore.includes(channel)) {
        await blobs.put(bytes);
        return { ...plain, ciphertext: null };
      }
      const sealed = sealObject(key, { releaseId, path }, bytes);
      return { ...plain, ciphertext: { sha256: await staging.put(sealed), bytes: sealed.length } };
    }
  };
