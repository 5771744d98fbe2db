import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { Bucket } from './bucket.ts';
import { createFileBlobStore } from './file-store.ts';
import { createS3BlobStore } from './s3-store.ts';

/** LOCKSTEP_BLOB_DIR and LOCKSTEP_BLOB_S3_URL, or the same two of the staging store. */
export type BlobStorePlace = { directory: string | undefined; bucket: Bucket | undefined };

/** Opens a store where its settings say. Both or neither would leave open where bytes lie: refused. */
export function openBlobStore(name: 'BLOB' | 'STAGING', { directory, bucket }: BlobStorePlace): BlobStore {
  if (directory !== undefined && bucket === undefined) return createFileBlobStore(directory);
  if (bucket !== undefined && directory === undefined) return createS3BlobStore(bucket);
  const [dir, url] = [`LOCKSTEP_${name}_DIR`, `LOCKSTEP_${name}_S3_URL`];
  throw new Error(
    `配置不可用：${dir} 与 ${url} 必须且只能设置一个 / Configuration cannot be used: set ${dir} or ${url}, one of them`,
  );
}
