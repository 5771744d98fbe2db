import { setTimeout as pause } from 'node:timers/promises';
import { digestOf } from '../../activities/digest.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import { TransientFailure } from '../../activities/ports/event-bus.ts';
import { permanent } from '../../schemas/failures.ts';
import { Digest } from '../../schemas/text.ts';
import { type HttpAnswer, request } from '../http/request.ts';
import type { Bucket } from './bucket.ts';
import { createS3Signer } from './s3-signature.ts';

type Method = 'GET' | 'HEAD' | 'PUT';

export type S3Options = {
  /** Milliseconds for one attempt, from the name look-up to the last byte. */
  timeoutMs?: number;
  /** Milliseconds before each repeat; as many repeats as there are numbers. */
  pausesMs?: readonly number[];
};

/** The largest object that is read, in bytes: far above a bundle, far below what would exhaust a process. */
const MAX_BYTES = 512 * 1024 * 1024;

/**
 * A blob store in S3-compatible storage: `<bucket>/<prefix>/ab/abcd…`, as the directory store names its files. All three
 * requests can be repeated. What time or a person can mend without touching the blob (the store is away, credentials
 * are refused) is thrown as `TransientFailure`, so that no record is parked and no release given up for it.
 */
export function createS3BlobStore(
  bucket: Bucket,
  { timeoutMs = 60_000, pausesMs = [200, 1_000] }: S3Options = {},
): BlobStore {
  const sign = createS3Signer(bucket);
  const urlOf = (digest: Digest) => new URL(`${digest.slice(0, 2)}/${Digest.parse(digest)}`, bucket.base);
  const where = bucket.base.href;

  async function attempt(method: Method, url: URL, headers: Record<string, string>, body?: Uint8Array) {
    const signed = await sign(method, url, headers, body); // anew each time: a signature is good for minutes
    const sent = { url, method, headers: signed, timeoutMs, maxBytes: MAX_BYTES };
    return request(body ? { ...sent, body: Buffer.from(body.buffer, body.byteOffset, body.byteLength) } : sent);
  }

  async function ask(method: Method, digest: Digest, headers: Record<string, string> = {}, body?: Uint8Array) {
    for (let tries = 0; ; tries++) {
      const outcome = await attempt(method, urlOf(digest), headers, body).catch((error: Error) => error);
      const answered = !(outcome instanceof Error);
      if (answered && !isBusy(outcome)) return outcome;
      const wait = pausesMs[tries];
      if (wait !== undefined) await pause(wait);
      else throw away(where, answered ? `HTTP ${outcome.status}` : outcome.message, answered ? undefined : outcome);
    }
  }

  async function has(digest: Digest): Promise<boolean> {
    const answer = await ask('HEAD', digest);
    if (answer.status === 404) return false;
    if (answer.status !== 200) throw refused(where, 'HEAD', answer);
    return true;
  }

  return {
    has,
    async put(bytes) {
      const digest = digestOf(bytes);
      if (await has(digest)) return digest;
      const type = { 'content-type': 'application/octet-stream' }; // what it is stays in the database
      let answer = await ask('PUT', digest, { ...type, 'if-none-match': '*' }, bytes);
      // Storage that knows no conditions: the name vouches for the bytes, so writing them again changes nothing.
      if (answer.status === 501) answer = await ask('PUT', digest, type, bytes);
      if (answer.status === 412) return digest; // somebody else was first, with the same bytes
      if (answer.status !== 200) throw refused(where, 'PUT', answer);
      return digest;
    },
    async get(digest) {
      const answer = await ask('GET', digest);
      if (answer.status === 404 && codeOf(answer) === 'NoSuchKey') {
        throw permanent('StagingDamaged', { zh: `内容库中没有 ${digest}`, en: `The blob store has no ${digest}` });
      }
      if (answer.status !== 200) throw refused(where, 'GET', answer);
      if (digestOf(answer.body) !== digest) {
        throw permanent('StagingDamaged', { zh: `内容 ${digest} 已损坏`, en: `Blob ${digest} is damaged` });
      }
      return answer.body;
    },
  };
}

// 409: another conditional write of this name is under way.
const isBusy = ({ status }: HttpAnswer): boolean =>
  status === 409 || status === 429 || (status >= 500 && status !== 501);

/** The storage's word for what is wrong; its message is left alone, since it may quote the request. */
const codeOf = (answer: HttpAnswer): string | undefined => /<Code>(\w+)<\/Code>/.exec(answer.text())?.[1];

const away = (where: string, why: string, cause: Error | undefined) =>
  new TransientFailure(
    `内容库 ${where} 暂时不可用，稍后会再试：${why} / The blob store ${where} is away and will be tried again: ${why}`,
    { cause },
  );

function refused(where: string, method: Method, answer: HttpAnswer): TransientFailure {
  const why = `${method}: HTTP ${answer.status} ${codeOf(answer) ?? ''}`.trim();
  return new TransientFailure(
    `内容库 ${where} 拒绝了请求（${why}）。请检查访问密钥、存储桶策略、区域和本机时钟 / The blob store ${where} refused (${why}). Check key, bucket policy, region and this machine's clock`,
  );
}
