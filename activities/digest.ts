import { hash } from 'node:crypto';
import { Digest } from '../schemas/text.ts';

/** SHA-256 of bytes, or of a text as UTF-8: how parts, objects and reasons are named everywhere. */
export const digestOf = (content: Uint8Array | string): Digest => Digest.parse(hash('sha256', content));
