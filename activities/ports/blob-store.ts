import type { Digest } from '../../schemas/text.ts';

/** Content-addressed bytes. `put` of bytes that are there changes nothing; `get` refuses bytes that lost their digest. */
export interface BlobStore {
  put(bytes: Uint8Array): Promise<Digest>;
  /** Throws `BlobMissing` or `BlobDamaged` (permanent: `StagingDamaged`). */
  get(digest: Digest): Promise<Uint8Array>;
  has(digest: Digest): Promise<boolean>;
}
