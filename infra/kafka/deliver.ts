import type { Logger } from 'pino';
import type { EventRecord, ReceivedRecord, SubscribeOptions } from '../../activities/ports/event-bus.ts';
import { pause } from '../within.ts';
import { describeWithoutPayload, type ParkedRecord, toDeadLetter } from './dead-letter.ts';
import { judge, type ParkReason } from './delivery.ts';

export type DeliverDeps = {
  group: string;
  handler: SubscribeOptions['handler'];
  deadLetterTopic: string;
  publish: (batch: EventRecord[]) => Promise<unknown>;
  /** Called after the dead letter is safely stored: the place for an alarm. */
  onParked: (parked: ParkedRecord) => void;
  log: Logger;
};

/** `lost`: the result will not be used any more. `stopping`: what runs may end, nothing new is begun. */
export type DeliverSignals = { lost: AbortSignal; stopping: AbortSignal };

/**
 * Brings one record to its handler until it is handled or parked (`done`), or until it is somebody else's (`abandoned`,
 * not to be committed). Never rejects: an error that reached the Kafka client would block the partition for ever.
 */
export const createDeliver = ({ group, handler, deadLetterTopic, publish, onParked, log }: DeliverDeps) => {
  const wait = (ms: number, { lost, stopping }: DeliverSignals): Promise<void> =>
    pause(ms, AbortSignal.any([lost, stopping]));

  const handle = async (record: ReceivedRecord, lost: AbortSignal): Promise<void> => {
    // A handler that hangs holds its partition without an error: somebody has to hear of it.
    const hanging = setInterval(() => log.warn(placeOf(record), 'handler still runs'), 60_000);
    try {
      await handler(record, lost);
    } finally {
      clearInterval(hanging);
    }
  };

  const alarm = (parked: ParkedRecord): void => {
    log.error({ parked: { ...parked, offset: String(parked.offset) } }, 'record parked, a person must decide on it');
    try {
      onParked(parked);
    } catch (err) {
      log.error({ err }, 'the hook for parked records failed');
    }
  };

  const park = async (
    record: ReceivedRecord,
    failure: { reason: ParkReason; error: string; firstFailedAt: Date; tries: number },
    signals: DeliverSignals,
  ): Promise<'done' | 'abandoned'> => {
    const { topic, partition, offset, key } = record;
    for (let attempt = 1; ; attempt += 1) {
      const parked: ParkedRecord = { group, topic, partition, offset, key, ...failure, parkedAt: new Date() };
      try {
        await publish([toDeadLetter(record, parked, deadLetterTopic)]);
        alarm(parked);
        return 'done';
      } catch (error) {
        // Committing a record that is neither handled nor parked would lose it, so the partition waits.
        log.warn({ topic, partition, error: describeWithoutPayload(error) }, 'dead letter could not be stored yet');
      }
      await wait(Math.min(200 * 2 ** Math.min(attempt - 1, 10), 10_000), signals);
      if (signals.lost.aborted || signals.stopping.aborted) return 'abandoned';
    }
  };

  return async (record: ReceivedRecord, signals: DeliverSignals): Promise<'done' | 'abandoned'> => {
    const { lost, stopping } = signals;
    const place = placeOf(record);
    let firstFailedAt: Date | undefined;
    for (let tries = 1; !lost.aborted && !stopping.aborted; tries += 1) {
      try {
        await handle(record, lost);
        return 'done';
      } catch (failure) {
        if (lost.aborted) return 'abandoned';
        firstFailedAt ??= new Date();
        const error = describeWithoutPayload(failure);
        const verdict = judge(failure, tries);
        if (verdict.act === 'park') {
          return park(record, { reason: verdict.reason, error, firstFailedAt, tries }, signals);
        }
        // 1st, 2nd, 4th, 8th … failure: an outage of hours leaves some dozen lines, not thousands.
        if (Number.isInteger(Math.log2(tries))) {
          log.warn({ ...place, error, tries, firstFailedAt }, 'record could not be handled yet, trying again');
        }
        await wait(verdict.afterMs, signals);
      }
    }
    return 'abandoned';
  };
};

const placeOf = ({ topic, partition, offset }: ReceivedRecord) => ({ topic, partition, offset: String(offset) });
