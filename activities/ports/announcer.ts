import type { LockstepEvent } from '../../schemas/events.ts';

/** Publishes events in the given order; rejects with `TransientFailure` while Kafka is down. */
export interface Announcer {
  announce(events: LockstepEvent[]): Promise<void>;
}
