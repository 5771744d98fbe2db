import { stringify } from 'yaml';
import type { z } from 'zod';
import { AuditEvent, BundleEvent, deadTopic, ReceiptEvent, ReleaseEvent, Topic } from './events.ts';
import { jsonSchemaOf } from './json-schemas.ts';

type EventSchema = z.ZodObject & { shape: { type: z.ZodLiteral<string> } };

const topics: {
  name: string;
  address: string;
  purpose: string;
  sender: 'core' | 'channel';
  events: readonly EventSchema[];
}[] = [
  {
    name: 'bundles',
    address: Topic.bundles,
    purpose: 'Life-cycle facts of bundles: which state a revision reached.',
    sender: 'core',
    events: BundleEvent.options,
  },
  {
    name: 'releases',
    address: Topic.releases,
    purpose: 'Orders to channels: prepare, go, roll back, withdraw. Kept for ever: a channel can be rebuilt from it.',
    sender: 'core',
    events: ReleaseEvent.options,
  },
  {
    name: 'receipts',
    address: Topic.receipts,
    purpose: 'What channels say of themselves: ready, live, verified and the rest, with the digests they hold.',
    sender: 'channel',
    events: ReceiptEvent.options,
  },
  {
    name: 'audit',
    address: Topic.audit,
    purpose:
      'Signed checkpoints of the audit chain. Kept for ever: whoever keeps them finds a chain that was rewritten.',
    sender: 'core',
    events: AuditEvent.options,
  },
];

const typeOf = (event: EventSchema): string => event.shape.type.value;
const ref = (...path: string[]) => ({ $ref: `#/${path.join('/')}` });

const message = (event: EventSchema) => {
  const { $schema: _, ...payload } = jsonSchemaOf(event);
  return {
    name: typeOf(event),
    contentType: 'application/cloudevents+json',
    headers: ref('components', 'schemas', 'headers'),
    payload,
    bindings: {
      kafka: { key: { type: 'string', description: 'Equal to `subject`: the bundle id, or `audit-chain`.' } },
    },
  };
};

const messages = topics.flatMap(({ events }) => events);
/** A parked record is whatever came: its value may be no event at all, so nothing is promised of it. */
const deadLetter = {
  name: 'dead letter',
  description: 'Key, value and headers as they came, and why they were parked.',
  headers: {
    type: 'object',
    required: ['dead-group', 'dead-topic', 'dead-partition', 'dead-offset', 'dead-reason', 'dead-error'],
    properties: {
      'dead-group': { type: 'string' },
      'dead-topic': { type: 'string' },
      'dead-partition': { type: 'string', pattern: '^\\d+$' },
      'dead-offset': { type: 'string', pattern: '^\\d+$' },
      'dead-reason': { type: 'string', enum: ['poison', 'handler'] },
      'dead-error': { type: 'string', description: 'Class and message of the last error, without any of the payload.' },
    },
  },
  payload: {},
};

/** docs/asyncapi.yaml: AsyncAPI 3.0 of everything that travels over Kafka. */
export function asyncApiDocument(): string {
  const document = {
    asyncapi: '3.0.0',
    id: 'urn:lockstep:events',
    info: {
      title: 'Lockstep 三同步 events',
      version: '1.0.0',
      description: [
        'CloudEvents 1.0 in structured mode over Kafka. Delivery is at least once and in order per key (the subject);',
        'a resent event has the same id, so a consumer drops what it has seen. Events carry references and digests,',
        'never unreleased text. A change of shape is a new type (`….v2`); a published type stays as it is.',
      ].join('\n'),
      license: { name: 'Apache-2.0' },
    },
    defaultContentType: 'application/cloudevents+json',
    channels: {
      ...Object.fromEntries(
        topics.map(({ name, address, purpose, events }) => [
          name,
          {
            address,
            description: purpose,
            messages: Object.fromEntries(
              events.map((event) => [typeOf(event), ref('components', 'messages', typeOf(event))]),
            ),
          },
        ]),
      ),
      deadLetters: {
        address: deadTopic('{consumer}'),
        description: 'Where a consumer parks what it cannot handle, until a person decides.',
        parameters: { consumer: { description: 'Name of the consumer, e.g. website.' } },
        messages: { deadLetter: ref('components', 'messages', 'deadLetter') },
      },
    },
    // Seen from the core; a channel does the opposite.
    operations: Object.fromEntries(
      topics.map(({ name, sender }) => [
        `${sender === 'core' ? 'announce' : 'collect'}-${name}`,
        { action: sender === 'core' ? 'send' : 'receive', channel: ref('channels', name) },
      ]),
    ),
    components: {
      messages: { ...Object.fromEntries(messages.map((event) => [typeOf(event), message(event)])), deadLetter },
      schemas: {
        headers: {
          type: 'object',
          description:
            'ce_id and ce_type are for tools that list topics; the envelope in the value decides. The signature is Ed25519 over topic, key, ce_id, ce_type and value (event-signature.ts).',
          required: ['ce_id', 'ce_type', 'lockstep-key', 'lockstep-signature'],
          properties: {
            'content-type': { type: 'string', const: 'application/cloudevents+json; charset=UTF-8' },
            ce_id: { type: 'string', format: 'uuid' },
            ce_type: { type: 'string' },
            'lockstep-key': {
              type: 'string',
              pattern: '^[0-9a-f]{64}$',
              description: 'SHA-256 of the SPKI; event-keys.json says whose key it is.',
            },
            'lockstep-signature': { type: 'string', contentEncoding: 'base64' },
          },
        },
      },
    },
  };
  return `# Written by \`npm run generate\`; a test fails when it is stale.\n${stringify(document, { lineWidth: 0, aliasDuplicateObjects: false })}`;
}
