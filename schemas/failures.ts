import { ActivityFailure, ApplicationFailure } from '@temporalio/common';
import type { Bilingual } from './text.ts';

// Workflows load this file, and each workflow loads its modules anew: with zod, that would be most of what a short one costs.

/** What a caller can do nothing about by trying again. Callers branch on the type, never on the message. */
export const permanentFailures = [
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
] as const;
export type PermanentFailure = (typeof permanentFailures)[number];

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
    const type = permanentFailures.find((known) => known === cause.type);
    if (!type) continue;
    const [message, mend] = [bilingual(cause.details?.[0]), bilingual(cause.details?.[1])];
    return { type, message: message ?? { zh: cause.message, en: cause.message }, mend };
  }
  return undefined;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
function bilingual(detail: unknown): Bilingual | undefined {
  const { zh, en }: { zh?: unknown; en?: unknown } = Object(detail);
  return isText(zh) && isText(en) ? { zh, en } : undefined;
}

export const isPermanent = (error: unknown, type: PermanentFailure): boolean => permanentCause(error)?.type === type;
