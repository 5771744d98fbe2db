import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import type { Bucket } from '../../infra/blobs/bucket.ts';
import { createFileBlobStore } from '../../infra/blobs/file-store.ts';
import { createS3BlobStore } from '../../infra/blobs/s3-store.ts';
import { request } from '../../infra/http/request.ts';
import { LocalFailure } from '../../infra/local/failure.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { startOwnS3 } from '../support/own-s3.ts';
import { startTcpProxy } from '../support/tcp-proxy.ts';

type Subject = {
  store: BlobStore;
  damage(key: string, bytes: string): Promise<void>;
  /** What a person sees who lists the store. */
  keys(): Promise<string[]>;
};

const bytes = (text: string) => new TextEncoder().encode(text);
const keyOf = (digest: string) => `${digest.slice(0, 2)}/${digest}`;
const damagedOrMissing = (error: unknown) => isPermanent(error, 'StagingDamaged');
const thrownBy = (work: Promise<unknown>): Promise<Error> =>
  work.then(
    () => expect.unreachable('it was done'),
    (error: Error) => error,
  );

function keepsTheContract({ store, damage, keys }: Subject): void {
  test.each([
    ['a text', bytes('第一条　为了规范政策解读，制定本办法。')],
    ['nothing', new Uint8Array()],
    ['5 MB', new Uint8Array(randomBytes(5 * 1024 * 1024))],
    ['a part of a larger buffer', bytes('before|inside|after').subarray(7, 13)],
  ])('gives %s back under the SHA-256 of its bytes', async (_, content) => {
    const digest = digestOf(content);
    expect(await store.has(digest)).toBe(false);
    expect(await store.put(content)).toBe(digest);
    expect(await store.has(digest)).toBe(true);
    expect(Buffer.compare(await store.get(digest), content)).toBe(0);
  });

  test('a second put changes nothing', async () => {
    const first = await store.put(bytes('put twice'));
    const before = await keys();
    expect(await store.put(bytes('put twice'))).toBe(first);
    expect(await keys()).toEqual(before);
  });

  test('puts of the same bytes at the same time end in one object', async () => {
    const digests = await Promise.all(Array.from({ length: 12 }, () => store.put(bytes('put by twelve at once'))));
    expect(new Set(digests)).toEqual(new Set([digestOf('put by twelve at once')]));
    expect((await keys()).filter((key) => key.includes(digestOf('put by twelve at once')))).toHaveLength(1);
    expect(new TextDecoder().decode(await store.get(digestOf('put by twelve at once')))).toBe('put by twelve at once');
  });

  test('refuses bytes that lost their digest, for good', async () => {
    const digest = await store.put(bytes('whole'));
    await damage(keyOf(digest), 'other');
    await expect(store.get(digest)).rejects.toSatisfy(damagedOrMissing);
    await expect(store.get(digest)).rejects.toThrow(/已损坏.*is damaged/);
  });

  test('refuses what was never put, for good', async () => {
    await expect(store.get(digestOf('never put'))).rejects.toSatisfy(damagedOrMissing);
    await expect(store.get(digestOf('never put'))).rejects.toThrow(/没有.*has no/);
  });

  test('names say nothing about what is in there', async () => {
    await store.put(bytes('关于促进民营经济发展的若干措施'));
    const names = await keys();
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !/^(blobs\/)?([0-9a-f]{2})\/\2[0-9a-f]{62}$/.test(name))).toEqual([]);
  });
}

describe('a directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'lockstep-blobs-'));
  afterAll(() => rm(directory, { recursive: true, force: true }));
  keepsTheContract({
    store: createFileBlobStore(directory),
    damage: (key, content) => writeFile(join(directory, key), content),
    keys: async () =>
      (await readdir(directory, { recursive: true, withFileTypes: true }))
        .filter((entry) => entry.isFile())
        .map((entry) => relative(directory, join(entry.parentPath, entry.name)).replaceAll('\\', '/')),
  });

  test('a directory that is not there, or cannot be used, is not taken for a blob that is not there', async () => {
    const gone = createFileBlobStore(join(directory, 'gone'));
    expect(await thrownBy(gone.get(digestOf('any')))).toBeInstanceOf(TransientFailure);
    await writeFile(join(directory, 'a-file'), '');
    const unusable = createFileBlobStore(join(directory, 'a-file'));
    expect(await thrownBy(unusable.put(bytes('any')))).toBeInstanceOf(TransientFailure);
    expect(await thrownBy(unusable.get(digestOf('any')))).toBeInstanceOf(TransientFailure);
    await rm(join(directory, 'a-file'));
  });
});

// A server that cannot be had (no Go, no network) is no defect; one that does not work is.
const s3 = await startOwnS3().catch((error: unknown) => {
  if (error instanceof LocalFailure) return error;
  throw error;
});

if (s3 instanceof LocalFailure) {
  test.skip(`S3-compatible storage: skipped, since ${s3.what.en}`, () => undefined);
} else {
  describe('S3-compatible storage', () => {
    afterAll(() => s3.remove());
    const store = createS3BlobStore(s3.core);
    const noRepeats = { pausesMs: [] };
    keepsTheContract({ store, damage: s3.damage, keys: s3.keys });

    test('nobody without credentials reads an object or the list, or learns whether an object is there', async () => {
      const digest = await store.put(bytes('未发布的正文'));
      const object = new URL(`blobs/${keyOf(digest)}`, s3.bucketUrl);
      const answers = await Promise.all(
        [object, new URL(`blobs/${keyOf(digestOf('never put'))}`, s3.bucketUrl), s3.bucketUrl].map((url) =>
          request({ url, timeoutMs: 10_000 }),
        ),
      );
      expect(answers.map(({ status }) => status)).toEqual([403, 403, 403]);
      expect(answers.map((answer) => answer.text()).join('')).not.toMatch(/未发布的正文|<Key>/);
    });

    test('the outside may read, and write nothing', async () => {
      const outside = createS3BlobStore(s3.reader, noRepeats);
      const digest = await store.put(bytes('ciphertext'));
      expect(new TextDecoder().decode(await outside.get(digest))).toBe('ciphertext');
      expect(await outside.has(digestOf('never put'))).toBe(false);
      await expect(outside.get(digestOf('never put'))).rejects.toSatisfy(damagedOrMissing);
      await expect(outside.put(bytes('planted'))).rejects.toThrow(/拒绝了请求（PUT: HTTP 403 AccessDenied）.*refused/);
      expect(await store.has(digestOf('planted'))).toBe(false);
    });

    test.each<[string, Partial<Bucket>]>([
      ['a wrong secret', { secretAccessKey: 'not-the-secret-of-anybody' }],
      ['an unknown key', { accessKeyId: 'nobody' }],
    ])('%s is told in both languages without a secret, and condemns no blob', async (_, wrong) => {
      const bucket = { ...s3.core, ...wrong };
      const refused = createS3BlobStore(bucket, noRepeats);
      const digest = await store.put(bytes('readable for others'));
      for (const act of [() => refused.get(digest), () => refused.has(digest), () => refused.put(bytes('more'))]) {
        const error = await thrownBy(act());
        expect(error).toBeInstanceOf(TransientFailure);
        expect(error.message).toMatch(/拒绝了请求（\w+: HTTP 403.*请检查访问密钥.*refused .*Check key/);
        expect(`${error.stack}${JSON.stringify(error)}`).not.toContain(bucket.secretAccessKey);
      }
    });

    test('a bucket that is not there is not taken for a blob that is not there', async () => {
      const base = new URL('/no-such-bucket/', s3.bucketUrl);
      const error = await thrownBy(createS3BlobStore({ ...s3.core, base }, noRepeats).get(digestOf('never put')));
      expect(error).toBeInstanceOf(TransientFailure);
      expect(error.message).toContain('404 NoSuchBucket');
    });

    test('while the server is away every act fails for now, and works once it is back', async () => {
      const digest = await store.put(bytes('survives a restart'));
      const impatient = createS3BlobStore(s3.core, { pausesMs: [10, 10] });
      await s3.stop();
      try {
        for (const act of [
          () => impatient.get(digest),
          () => impatient.has(digest),
          () => impatient.put(bytes('meanwhile')),
        ]) {
          const error = await thrownBy(act());
          expect(error).toBeInstanceOf(TransientFailure);
          expect(error.message).toMatch(/暂时不可用.*is away/);
        }
      } finally {
        await s3.start();
      }
      expect(new TextDecoder().decode(await impatient.get(digest))).toBe('survives a restart');
      expect(await impatient.has(await impatient.put(bytes('meanwhile')))).toBe(true);
    });

    test('a network that swallows packets holds nobody for ever', async () => {
      const proxy = await startTcpProxy({ host: s3.core.base.hostname, port: Number(s3.core.base.port) });
      try {
        const base = new URL(s3.core.base);
        base.port = String(proxy.port);
        const throughProxy = createS3BlobStore({ ...s3.core, base }, { timeoutMs: 2_000, pausesMs: [] });
        const digest = await throughProxy.put(bytes('through a proxy'));
        proxy.stall();
        await expect(throughProxy.get(digest)).rejects.toThrow(/暂时不可用.*TIMEOUT/);
        proxy.heal();
        expect(new TextDecoder().decode(await throughProxy.get(digest))).toBe('through a proxy');
      } finally {
        await proxy.close();
      }
    });
  });
}
