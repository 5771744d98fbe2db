import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { newReleaseKey, sealObject } from '../../activities/releases/sealed-staging.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { openRelease } from '../../services/website/open-release.ts';
import { digest } from '../support/release-fixture.ts';

test('a page that opens, but is not the one that was sealed, goes no further', () => {
  const [releaseId, key] = [ReleaseId.parse(randomUUID()), newReleaseKey()];
  const file = { path: 'index.html', mediaType: 'text/html', bytes: 6, sha256: digest('政策文件') };
  const sealed = sealObject(key, { releaseId, path: file.path }, Buffer.from('另一份'));
  const message = expect.stringContaining('index.html does not have the digest it was sealed with');
  expect(() => openRelease(releaseId, key, [{ ...file, sealed }])).toThrow(
    expect.toSatisfy((error: unknown) => isPermanent(error, 'StagingDamaged')),
  );
  expect(() => openRelease(releaseId, key, [{ ...file, sealed }])).toThrow(expect.objectContaining({ message }));
});
