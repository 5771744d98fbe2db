import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../activities/digest.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { Bucket } from '../../infra/blobs/bucket.ts';
import { openBlobStore } from '../../infra/blobs/open.ts';
import { createS3BlobStore } from '../../infra/blobs/s3-store.ts';
import { readSettings } from '../../infra/config/environment.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** Storage that answers what the test says; what a real one does is in test/contracts/blob-store.test.ts. */
async function storageThatAnswers(answer: (request: IncomingMessage) => number) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method}${request.headers['if-none-match'] ? ' if none' : ''}`);
    request.resume().on('end', () => response.writeHead(answer(request)).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = server.address() as AddressInfo;
  const bucket = Bucket.parse(`http://key:secret@127.0.0.1:${port}/bucket`);
  return { store: createS3BlobStore(bucket, { pausesMs: [1, 1] }), asked };
}

const content = new TextEncoder().encode('content');

describe('S3 store', () => {
  test('a name that another writer took in the meantime is a success', async () => {
    const { store, asked } = await storageThatAnswers(({ method }) => (method === 'HEAD' ? 404 : 412));
    expect(await store.put(content)).toBe(digestOf('content'));
    expect(asked).toEqual(['HEAD', 'PUT if none']);
  });

  test('storage without conditional writes is written to without the condition', async () => {
    const { store, asked } = await storageThatAnswers(({ method, headers }) =>
      method === 'HEAD' ? 404 : headers['if-none-match'] ? 501 : 200,
    );
    expect(await store.put(content)).toBe(digestOf('content'));
    expect(asked).toEqual(['HEAD', 'PUT if none', 'PUT']);
  });

  test('busy storage is asked again', async () => {
    const answers = [503, 429, 200];
    const { store, asked } = await storageThatAnswers(() => answers.shift() ?? 500);
    expect(await store.has(digestOf('content'))).toBe(true);
    expect(asked).toEqual(['HEAD', 'HEAD', 'HEAD']);
  });

  test('storage that stays busy is given up after the third time, for now', async () => {
    const { store, asked } = await storageThatAnswers(() => 503);
    await expect(store.get(digestOf('content'))).rejects.toBeInstanceOf(TransientFailure);
    expect(asked).toEqual(['GET', 'GET', 'GET']);
  });

  test('a 404 without a reason, as a wrong address gives it, condemns no blob', async () => {
    const { store } = await storageThatAnswers(() => 404);
    await expect(store.get(digestOf('content'))).rejects.toBeInstanceOf(TransientFailure);
  });
});

describe('address of a bucket', () => {
  test.each([
    ['https://id:s%2Fe%2Bc@oss.example/bucket', 'https://oss.example/bucket/', 'us-east-1'],
    ['https://id:s%2Fe%2Bc@bucket.oss.example?region=cn-north-1', 'https://bucket.oss.example/', 'cn-north-1'],
    ['https://id:s%2Fe%2Bc@oss.example:9000/bucket/staging/?region=r', 'https://oss.example:9000/bucket/staging/', 'r'],
    ['http://id:s%2Fe%2Bc@127.0.0.1:9000/bucket', 'http://127.0.0.1:9000/bucket/', 'us-east-1'],
  ])('%s', (value, base, region) => {
    const bucket = Bucket.parse(value);
    expect({ ...bucket, base: bucket.base.href }).toEqual({
      base,
      region,
      accessKeyId: 'id',
      secretAccessKey: 's/e+c',
    });
  });

  test.each([
    ['text over an open network', 'http://id:Confidential7@oss.example/bucket'],
    ['no credentials', 'https://oss.example/Confidential7'],
    ['a secret with a bare percent sign', 'https://id:Confidential7%@oss.example/bucket'],
    ['no address', 'Confidential7'],
  ])('%s is refused, and not quoted', (_, value) => {
    const read = () => readSettings({ LOCKSTEP_STAGING_S3_URL: value }, ['LOCKSTEP_STAGING_S3_URL']);
    expect(read).toThrow(/LOCKSTEP_STAGING_S3_URL/);
    expect(read).not.toThrow(/Confidential7/);
  });
});

test('a store lies in a directory or in a bucket: both, or neither, is refused', () => {
  const bucket = Bucket.parse('https://id:secret@oss.example/bucket');
  const either = /LOCKSTEP_STAGING_DIR.*LOCKSTEP_STAGING_S3_URL/;
  expect(() => openBlobStore('STAGING', { directory: undefined, bucket: undefined })).toThrow(either);
  expect(() => openBlobStore('STAGING', { directory: 'staging', bucket })).toThrow(either);
  expect(openBlobStore('STAGING', { directory: undefined, bucket })).toHaveProperty('get');
});
