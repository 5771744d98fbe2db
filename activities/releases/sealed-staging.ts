import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { permanent } from '../../schemas/failures.ts';
import type { ReleaseId } from '../../schemas/release.ts';

const algorithm = 'aes-256-gcm';
const ivBytes = 12; // NIST SP 800-38D recommends 96 bits
const tagBytes = 16;

/** A key for one release; it stays in the core until T0 (the OBR and BLS incidents: staged bytes were read early). */
export const newReleaseKey = (): Buffer => randomBytes(32);

type Place = { releaseId: ReleaseId; path: string };
/** Binds a ciphertext to its place, so that staged objects cannot be swapped for one another. */
const boundTo = ({ releaseId, path }: Place) => Buffer.from(`${releaseId}/${path}`, 'utf8');

/** Layout: iv (12 bytes) | ciphertext | tag (16 bytes). */
export function sealObject(key: Uint8Array, place: Place, plain: Uint8Array): Buffer {
  const iv = randomBytes(ivBytes);
  const cipher = createCipheriv(algorithm, key, iv).setAAD(boundTo(place));
  return Buffer.concat([iv, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @throws `StagingDamaged` where the key, the place or a single byte is not the one it was sealed with. */
export function openObject(key: Uint8Array, place: Place, sealed: Uint8Array): Buffer {
  try {
    const decipher = createDecipheriv(algorithm, key, sealed.subarray(0, ivBytes)).setAAD(boundTo(place));
    decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes));
    return Buffer.concat([decipher.update(sealed.subarray(ivBytes, sealed.length - tagBytes)), decipher.final()]);
  } catch {
    throw permanent('StagingDamaged', {
      zh: `预置内容 ${place.path} 与密钥不符或已被改动`,
      en: `Staged object ${place.path} does not open with this key, or was changed`,
    });
  }
}
