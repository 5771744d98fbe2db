import { z } from 'zod';
import { Bilingual, Day, Instant } from './text.ts';

/** From which a statute clock 法定时限 counts. The first two are known of every bundle; the others only a person knows. */
export const ClockStart = z.enum([
  'issue-date', // 成文日期: the information was made or changed
  'publication', // the document is public
  'request', // 收到依申请公开申请
  'request-unclear', // 收到申请, which needs 补正
  'original-deadline', // 原答复期限届满
  'third-party-asked', // 第三方收到征求意见书
  'joint-maker-asked', // 共同制作机关收到征求意见
  'event', // 事件发生
]);
export type ClockStart = z.infer<typeof ClockStart>;

/** A time limit of the law, or of the office. */
export const StatuteClock = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,39}$/),
  name: Bilingual,
  length: z.union([
    z.strictObject({ workingDays: z.int().min(1).max(250) }),
    z.strictObject({ hours: z.int().min(1).max(1000) }),
  ]),
  startsFrom: ClockStart,
  source: z.string().min(1),
  /** Who answers for it. */
  owner: z.string().min(1),
});
export type StatuteClock = z.infer<typeof StatuteClock>;

const isUnique = (values: string[]) => new Set(values).size === values.length;

/** clocks.yaml */
export const ClocksFile = z.strictObject({
  version: z.int().positive(),
  clocks: z.array(StatuteClock).refine((clocks) => isUnique(clocks.map(({ id }) => id)), 'A clock is given twice'),
});
export type ClocksFile = z.infer<typeof ClocksFile>;

/** A clock that runs. `dueAt` is null where the calendar lacks a year; `problem` then says which notice to import. */
export const RunningClock = z.strictObject({
  id: z.string(),
  name: Bilingual,
  from: Instant,
  dueAt: Instant.nullable(),
  /** When what it asks for was done. */
  metAt: Instant.nullable(),
  problem: Bilingual.nullable(),
  source: z.string(),
  /** Version of the working-day table that it was computed with (I22). */
  calendarVersion: z.int().positive(),
});
export type RunningClock = z.infer<typeof RunningClock>;

/** `lockstep clock ID --from … --json`. */
export const CliClock = RunningClock.omit({ metAt: true, problem: true }).extend({ dueAt: Instant, dueOn: Day });
export type CliClock = z.infer<typeof CliClock>;

/** `lockstep clock --json` without an id. */
export const CliClocks = z.strictObject({ version: z.int().positive(), clocks: z.array(StatuteClock) });
