import type { EventRecord } from '../../activities/ports/event-bus.ts';
import { Poison } from '../../activities/ports/event-bus.ts';
import { LockstepEvent, Topic } from '../../schemas/events.ts';

const contentType = 'application/cloudevents+json; charset=UTF-8';

const topicOf = ({ type }: LockstepEvent): Topic => {
  if (type.startsWith('bundle.')) return Topic.bundles;
  if (type.startsWith('audit.')) return Topic.audit;
  return type.startsWith('release.') ? Topic.releases : Topic.receipts;
};

/**
 * CloudEvents 1.0, Kafka binding, structured mode: the value is the whole envelope, so that one parse checks it.
 * `ce_id` and `ce_type` are repeated as headers for tools that list topics; we never read them.
 */
export function encodeEvent(event: LockstepEvent): EventRecord {
  return {
    topic: topicOf(event),
    key: event.subject, // the bundle id: one bundle's events keep their order
    headers: { 'content-type': contentType, ce_id: event.id, ce_type: event.type },
    value: new TextEncoder().encode(JSON.stringify(LockstepEvent.parse(event))),
  };
}

/**
 * Throws `Poison` where the bytes are not an event we know. Its message names places and expectations only: neither
 * the JSON parser's nor zod's own text is used, as both may quote what they read.
 */
export function decodeEvent(record: Pick<EventRecord, 'value' | 'key'>): LockstepEvent {
  const parsed = LockstepEvent.safeParse(parseJson(record.value));
  if (!parsed.success) {
    const places = parsed.error.issues.map(({ path, code }) => `${path.join('.') || '(root)'}: ${code}`);
    throw new Poison(`not a valid event: ${places.slice(0, 10).join('; ')}`);
  }
  // Order is kept per key. An event under a foreign key could overtake its own bundle's events.
  if (record.key !== parsed.data.subject) throw new Poison('the record key is not the subject of the event');
  return parsed.data;
}

function parseJson(value: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(value));
  } catch {
    throw new Poison('not JSON in UTF-8');
  }
}
