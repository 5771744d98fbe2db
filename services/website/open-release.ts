import { digestOf } from '../../activities/digest.ts';
import { openObject } from '../../activities/releases/sealed-staging.ts';
import { Catalogue } from '../../activities/rendering/website/catalogue.ts';
import { permanent } from '../../schemas/failures.ts';
import type { ReleaseId } from '../../schemas/release.ts';
import type { SealedFile } from './site-store.ts';

export type OpenedFile = { path: string; mediaType: string; plain: Uint8Array };

/**
 * Opens every file of a release with its key and compares each with its sealed digest.
 * @throws `StagingDamaged` where one differs, or where the policy page or the catalogue is missing.
 */
export function openRelease(
  releaseId: ReleaseId,
  key: Uint8Array,
  files: SealedFile[],
): { catalogue: Catalogue; files: OpenedFile[] } {
  const opened = files.map((file) => {
    const { path, mediaType } = file;
    return { path, mediaType, plain: openFile(releaseId, key, file) };
  });
  const catalogue = opened.find(({ path }) => path === 'catalogue.json');
  if (!catalogue || !opened.some(({ path }) => path === 'index.html')) {
    throw permanent('StagingDamaged', {
      zh: '预置内容不完整：缺少政策页面或目录数据',
      en: 'Staging is incomplete: the policy page or the catalogue is missing',
    });
  }
  return { catalogue: Catalogue.parse(JSON.parse(catalogue.plain.toString('utf8'))), files: opened };
}

function openFile(releaseId: ReleaseId, key: Uint8Array, { path, sha256, sealed }: SealedFile): Buffer {
  const plain = openObject(key, { releaseId, path }, sealed);
  if (digestOf(plain) !== sha256) {
    throw permanent('StagingDamaged', {
      zh: `预置内容 ${path} 与封签中的摘要不符`,
      en: `Staged object ${path} does not have the digest it was sealed with`,
    });
  }
  return plain;
}
