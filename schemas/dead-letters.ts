import { z } from 'zod';
import { BundleId } from './bundle.ts';
import { Digest, Instant } from './text.ts';

/** Names one dead letter 死信: the consumer that parked it, and the record that it parked. */
export const LetterId = z.string().regex(/^[a-z][a-z0-9-]{0,60}\.[0-9a-f]{12}$/, 'Expected the id of a dead letter');
export type LetterId = z.infer<typeof LetterId>;

/**
 * `open`: nobody has decided. `kept` 挂起: somebody sees to it. `retried` and `discarded` are done with; a letter that is
 * parked anew after that is open again.
 */
export const LetterState = z.enum(['open', 'kept', 'retried', 'discarded']);
export type LetterState = z.infer<typeof LetterState>;

export const LetterAct = z.enum(['retry', 'park', 'discard']);
export type LetterAct = z.infer<typeof LetterAct>;

/** What a person decided on a letter. Nothing leaves without a name and a reason. */
export const LetterDecision = z.strictObject({
  act: LetterAct,
  actorId: z.string().min(1),
  reason: z.string().min(1),
  /** Of `park`: the person who sees to it. */
  owner: z.string().min(1).nullable(),
  at: Instant,
  /** Of `retry`: when the record was on its topic again; null while that is not certain. */
  sentAt: Instant.nullable(),
});
export type LetterDecision = z.infer<typeof LetterDecision>;

/** All that may be shown of a letter: never a word of its payload, and never the key of a release. */
export const DeadLetter = z.strictObject({
  id: LetterId,
  state: LetterState,
  consumer: z.string().min(1),
  /** `poison`: the record itself cannot be read. `handler`: our code failed on it every time. */
  cause: z.enum(['poison', 'handler']),
  /** Class and message of the last error, with everything cut out that could quote the payload. */
  error: z.string(),
  firstFailedAt: Instant,
  lastParkedAt: Instant,
  tries: z.int().positive(),
  /** Where the record stands. */
  record: z.strictObject({ topic: z.string(), partition: z.int(), offset: z.string().regex(/^\d+$/) }),
  /** Key and header values of a kind that is known are shown, any other as length and digest. */
  key: z.string(),
  headers: z.array(z.strictObject({ name: z.string(), value: z.string() })),
  /** What the payload says it is; null where it does not say so properly. */
  event: z.strictObject({ id: z.uuid(), type: z.string(), bundleId: BundleId.nullable() }).nullable(),
  /** Of the payload. */
  bytes: z.int().nonnegative(),
  sha256: Digest,
  /** Oldest first. */
  decisions: z.array(LetterDecision),
});
export type DeadLetter = z.infer<typeof DeadLetter>;

/** How far a consumer is behind: records that it has not handled yet. */
const Lag = z.strictObject({ consumer: z.string(), records: z.int().nonnegative() });

/** Answer of `GET /v1/dead-letters`: open ones first, then kept ones, oldest first; what is done with comes last. */
export const DeadLettersAnswer = z.strictObject({
  letters: z.array(DeadLetter),
  /** Records on the dead-letter topics that no consumer of ours parked. */
  foreign: z.int().nonnegative(),
  lag: z.array(Lag),
});
export type DeadLettersAnswer = z.infer<typeof DeadLettersAnswer>;

/** Body of `POST /v1/dead-letters/:letter/park`. The owner is whoever parks it, where nobody else is named. */
export const LetterParkBody = z.strictObject({
  reason: z.string().trim().min(1).max(4000),
  owner: z.string().optional(),
});
export type LetterParkBody = z.infer<typeof LetterParkBody>;

/** Body of `…/retry` and `…/discard`. */
export const LetterReasonBody = LetterParkBody.pick({ reason: true });
export type LetterReasonBody = z.infer<typeof LetterReasonBody>;
