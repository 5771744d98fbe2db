import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import { z } from 'zod';
import { Bilingual } from './text.ts';

/** What a caller can do nothing about by trying again. Callers branch on the type, never on the message. */
export const PermanentFailure = z.enum([
  'BundleIncomplete', // plan or every material missing
  'BundleUnknown',
  'CalendarYearMissing',
  'ChannelNotInstalled',
  'ChannelRefused',
  'ClockSkewed', // host and database disagree on the time by more than 2 s
  'FindingsBlock', // an error finding stands
  'FindingsUnanswered', // a warning finding has no written answer
  'GateNotOpen', // already decided, or no such gate in this bundle
  'GatesNotPassed',
  'NotAllowed', // role, self-review, second gate by one person
  'RestoreUnreconciled', // restored from a backup: nothing commits until every channel was compared with the rows
  'SealStale', // the seal that the person saw is not the current one
  'StagingDamaged', // staged bytes do not have their digest
  'T0Invalid',
  'WrongPhase',
]);
export type PermanentFailure = z.infer<typeof PermanentFailure>;

/** An answer that no retry can change, with the text that the person will read, and what that person can do about it. */
export const permanent = (type: PermanentFailure, message: Bilingual, mend?: Bilingual) =>
  ApplicationFailure.create({
    ...{ message: `${message.zh} / ${message.en}`, type, nonRetryable: true },
    details: mend ? [message, mend] : [message],
  });

export type PermanentCause = { type: PermanentFailure; message: Bilingual; mend: Bilingual | undefined };

/** Looks through the ActivityFailure and update failures that Temporal wraps around what was thrown. */
export function permanentCause(error: unknown): PermanentCause | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!(cause instanceof ApplicationFailure) || cause instanceof ActivityFailure) continue;
    const type = PermanentFailure.safeParse(cause.type);
    if (!type.success) continue;
    const message = Bilingual.safeParse(cause.details?.[0]);
    const text = message.success ? message.data : { zh: cause.message, en: cause.message };
    return { type: type.data, message: text, mend: Bilingual.safeParse(cause.details?.[1]).data };
  }
  return undefined;
}

export const isPermanent = (error: unknown, type: PermanentFailure): boolean => permanentCause(error)?.type === type;
