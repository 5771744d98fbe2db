import { createHash, createHmac } from 'node:crypto';
import { SignatureV4 } from '@smithy/signature-v4';
import { digestOf } from '../../activities/digest.ts';
import type { Bucket } from './bucket.ts';

type KeyOrData = string | ArrayBuffer | ArrayBufferView;
const bytesOf = (data: KeyOrData): string | Uint8Array =>
  typeof data === 'string' || data instanceof Uint8Array ? data : new Uint8Array('buffer' in data ? data.buffer : data);

/** SHA-256, or with a key its HMAC, in the shape that the signer asks for. */
class Sha256 {
  readonly #hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;

  constructor(key?: KeyOrData) {
    this.#hash = key === undefined ? createHash('sha256') : createHmac('sha256', bytesOf(key));
  }
  update(data: KeyOrData): void {
    this.#hash.update(bytesOf(data));
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/**
 * Signs requests with AWS Signature 4. The signature covers the SHA-256 of the body, so the store itself refuses bytes
 * that are not the ones that were meant.
 */
export function createS3Signer({ region, accessKeyId, secretAccessKey }: Bucket) {
  const credentials = { accessKeyId, secretAccessKey };
  const signer = new SignatureV4({ service: 's3', region, credentials, sha256: Sha256, uriEscapePath: false });
  return async (method: string, url: URL, headers: Record<string, string>, body?: Uint8Array) => {
    const { headers: signed } = await signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: { ...headers, host: url.host, 'x-amz-content-sha256': digestOf(body ?? '') },
    });
    return signed;
  };
}
