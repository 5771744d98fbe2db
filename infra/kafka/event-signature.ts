import { type KeyObject, sign, verify } from 'node:crypto';
import { keyIdOf } from '../../activities/audit/checkpoint.ts';
import { type EventRecord, Poison } from '../../activities/ports/event-bus.ts';
import type { Channel } from '../../schemas/bundle.ts';
import type { LockstepEvent } from '../../schemas/events.ts';
import { decodeEvent, encodeEvent } from './event-codec.ts';

/** Record headers: who signed, and what. */
export const signatureHeaders = { keyId: 'lockstep-key', signature: 'lockstep-signature' } as const;

/** What one producer may say: event types by their beginning (`release.`), and of a channel only its own. */
export type EventProducer = { name: string; says: readonly string[]; channel: Channel | null };
/** Every key that is valid, by its id: each producer may have several, old ones for what they signed. */
export type EventKeys = Pick<ReadonlyMap<string, { producer: EventProducer; key: KeyObject }>, 'get'>;

/** How a process speaks on the bus: what it says is signed, and it believes what is signed by one who may say so. */
export type EventCodec = {
  encode: (event: LockstepEvent) => EventRecord;
  /**
   * @throws Poison where the signature is missing, wrong, by an unknown key, or by one who may not say this
   * @throws TransientFailure where nobody can tell whose key it is
   */
  decode: (record: EventRecord) => LockstepEvent;
};

export const createEventCodec = (privateKey: KeyObject, keys: EventKeys): EventCodec => {
  const signed = createSigner(privateKey);
  return { encode: (event) => signed(encodeEvent(event)), decode: createVerifier(keys) };
};

/** Signs records as they are about to be sent; Ed25519, so the same record has the same signature in every resend. */
export function createSigner(privateKey: KeyObject): (record: EventRecord) => EventRecord {
  const keyId = keyIdOf(privateKey);
  return (record) => {
    const signature = sign(null, signedBytes(record), privateKey).toString('base64');
    const { keyId: key, signature: value } = signatureHeaders;
    return { ...record, headers: { ...record.headers, [key]: keyId, [value]: signature } };
  };
}

/** The signature comes first: what nobody signed is not even parsed. Messages quote nothing of the record. */
export const createVerifier = (keys: EventKeys) => (record: EventRecord) => {
  const { [signatureHeaders.keyId]: keyId, [signatureHeaders.signature]: signature } = record.headers;
  if (keyId === undefined || signature === undefined) throw new Poison('the event is not signed');
  const known = keys.get(keyId);
  if (!known) throw new Poison('the event is signed by a key that is not in event-keys.json');
  const { producer, key } = known;
  if (!verify(null, signedBytes(record), key, Buffer.from(signature, 'base64')))
    throw new Poison(`the signature is not that of ${producer.name} under this record`);
  const event = decodeEvent(record);
  if (!producer.says.some((beginning) => event.type.startsWith(beginning)))
    throw new Poison(`${producer.name} may not say ${event.type}`);
  if (producer.channel && 'channel' in event.data && event.data.channel !== producer.channel)
    throw new Poison(`${producer.name} may not speak for the channel ${event.data.channel}`);
  return event;
};

/**
 * Everything by which a record takes effect, each with its length before it, so that no byte can move from one field
 * to the next. Partition and offset are the broker's, and a retried dead letter gets new ones.
 */
function signedBytes({ topic, key, headers, value }: EventRecord): Buffer {
  const fields = ['lockstep-event-v1', topic, key, headers.ce_id ?? '', headers.ce_type ?? '', value];
  return Buffer.concat(
    fields.flatMap((field) => {
      const bytes = Buffer.from(field as string);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return [length, bytes];
    }),
  );
}
