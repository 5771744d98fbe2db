import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** Names the ids below apart from all others that are derived by SHA-1 (RFC 9562 §5.5 asks for a name space). */
const nameSpace = Buffer.from('3b6f2a1c9d4e4f0a8a6ce1f6b7d05c21', 'hex');

/**
 * A UUID (version 5, RFC 9562) that says what happened, so that whoever says it again uses the same id:
 * `eventId('release.go.v1', releaseId, 'wave-1')`.
 */
export function eventId(...parts: (string | number)[]): string {
  const hash = createHash('sha1')
    .update(nameSpace)
    .update(canonicalize(parts) ?? '')
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join('-');
}
