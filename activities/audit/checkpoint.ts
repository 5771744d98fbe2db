import { createPublicKey, type KeyObject, sign, verify } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { ChainHead, Checkpoint } from '../../schemas/audit.ts';
import type { Digest } from '../../schemas/text.ts';
import { digestOf } from '../digest.ts';

/** Says what a signature is for, so that one made for something else never passes here. */
const purpose = 'lockstep.audit.checkpoint.v1';

const signedBytes = ({ size, head, at }: ChainHead): Buffer =>
  Buffer.from(`${purpose}\n${canonicalize({ size, head, at })}`, 'utf8');

/** SHA-256 of the public half (SPKI, DER) of a private or public key. */
export function keyIdOf(key: KeyObject): Digest {
  const der = (key.type === 'private' ? createPublicKey(key) : key).export({ type: 'spki', format: 'der' });
  return digestOf(der);
}

export const signCheckpoint = (head: ChainHead, privateKey: KeyObject): Checkpoint => ({
  ...head,
  keyId: keyIdOf(privateKey),
  signature: sign(null, signedBytes(head), privateKey).toString('base64'), // Ed25519 hashes by itself
});

/** Whether the owner of this key signed exactly this head. */
export const isSignedBy = (checkpoint: Checkpoint, publicKey: KeyObject): boolean =>
  checkpoint.keyId === keyIdOf(publicKey) &&
  verify(null, signedBytes(checkpoint), publicKey, Buffer.from(checkpoint.signature, 'base64'));
