import { z } from 'zod';
import { Channel } from './bundle.ts';
import { GateId } from './finding.ts';
import { GateDefinition } from './gate.ts';
import { Bilingual, Day } from './text.ts';

const isUnique = (values: string[]) => new Set(values).size === values.length;

/** gates.yaml: 四关 by default; an office may add gates (国办发〔2018〕123号 also names 政策关). */
export const GatesFile = z.strictObject({
  version: z.int().positive(),
  source: z.string().min(1),
  gates: z
    .array(GateDefinition)
    .min(1)
    .refine((gates) => isUnique(gates.map(({ id }) => id)), '关 id 重复。Two gates have the same id.')
    // A 公告 that no gate reviews would wait for ever: nothing is released without a signature.
    .refine(
      (gates) => gates.some(({ reviewsNotices }) => reviewsNotices),
      '至少要有一关审核公告（reviewsNotices）。At least one gate has to review notices (reviewsNotices).',
    ),
});
export type GatesFile = z.infer<typeof GatesFile>;

/** One 公众号. Its secret is given to the new-media service by environment or file, never here. */
export const WeChatAccountSetting = z.strictObject({
  /** Names the account in records and workflow ids; it stays, whatever the account is called later. */
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/, 'Expected lower-case letters, digits and hyphens'),
  name: z.string().min(1).max(64),
  /** 作者 of every article that has none of its own. */
  author: z.string().min(1).max(16),
  appId: z.string().regex(/^wx[0-9a-f]{16}$/, 'Expected wx and 16 hexadecimal digits'),
});
export type WeChatAccountSetting = z.infer<typeof WeChatAccountSetting>;

/** Channels that can show less again as if nothing had been there; before the point of no return nobody else may go. */
const undoable: readonly Channel[] = ['website', 'gazette'];

/** channels.yaml: what is installed, in order of irreversibility (undoable first). */
export const ChannelsFile = z.strictObject({
  version: z.int().positive(),
  channels: z
    .array(
      z.strictObject({
        id: Channel,
        name: Bilingual,
        installed: z.boolean(),
        /** Channels of a lower wave go live, and are read back, before those of a higher one. */
        wave: z.int().min(1).max(9),
      }),
    )
    .min(1)
    .refine((channels) => isUnique(channels.map(({ id }) => id)), '渠道 id 重复。Two channels have the same id.')
    .refine(
      (channels) => channels.every(({ id, wave }) => wave > 1 || undoable.includes(id)),
      `第 1 批（wave: 1）只能是可以收回的渠道：${undoable.join('、')}。Only channels that can be undone go in wave 1: ${undoable.join(', ')}.`,
    ),
  site: z.strictObject({
    /** 网站规范名称, SiteName of the page tags (国办发〔2017〕47号). */
    name: z.string().min(1),
    domain: z.string().min(1),
    /** 政府网站标识码: 10 digits, or `bm` and 8 digits. */
    idCode: z.string().regex(/^(\d{10}|bm\d{8})$/),
  }),
  wechat: z.strictObject({
    /** 公众号 of the office. The first is its main one: its name stands on covers, its post is the channel's address. */
    accounts: z
      .array(WeChatAccountSetting)
      .min(1)
      .max(1000)
      .refine((accounts) => isUnique(accounts.map(({ id }) => id)), '公众号 id 重复。Two accounts have the same id.')
      .refine(
        (accounts) => isUnique(accounts.map(({ appId }) => appId)),
        '公众号 appId 重复。Two accounts have the same appId.',
      ),
  }),
  release: z
    .strictObject({
      /** Least time between arming and T0, in seconds. */
      leadSeconds: z.int().min(0).max(86_400).default(1),
      /** 迟发窗口: how long after T0 a commit may still happen by itself, in minutes. */
      lateWindowMinutes: z.int().min(1).max(1440).default(30),
      /** 即将失效 begins so many days before the last day of validity. */
      expiringDays: z.int().min(1).max(365).default(30),
      /** 应急事后报告: working days after the release. */
      emergencyReportWorkingDays: z.int().min(1).max(60).default(10),
    })
    .prefault({}),
  press: z.strictObject({
    from: z.string().min(3),
    contact: z.string().min(1),
    recipients: z.array(z.strictObject({ name: z.string().min(1), address: z.email() })).min(1),
  }),
});
export type ChannelsFile = z.infer<typeof ChannelsFile>;

export const Role = z.enum(['drafter', 'reviewer', 'leader', 'operator', 'auditor']);
export type Role = z.infer<typeof Role>;

/** A person who may act. A reviewer names the gates that are his. */
export const Person = z.strictObject({
  id: z.string().regex(/^[a-z][a-z0-9-]{1,31}$/),
  name: z.string().min(1),
  office: z.string().min(1),
  roles: z.array(Role).min(1),
  gates: z.array(GateId).default([]),
});
export type Person = z.infer<typeof Person>;

export const PeopleFile = z.strictObject({
  version: z.int().positive(),
  people: z
    .array(Person)
    .min(1)
    .refine((people) => isUnique(people.map(({ id }) => id)), '人员 id 重复。Two people have the same id.'),
});
export type PeopleFile = z.infer<typeof PeopleFile>;

const CalendarYear = z
  .strictObject({
    year: z.int().min(2000).max(2100),
    source: z.string().min(1),
    /** Days off, weekends inside a holiday included. */
    holidays: z.array(Day),
    /** 调休: Saturdays and Sundays that are worked. */
    workedWeekendDays: z.array(Day),
  })
  .refine(
    ({ year, holidays, workedWeekendDays }) =>
      [...holidays, ...workedWeekendDays].every((day) => day.startsWith(`${year}-`)),
    'A day stands under the wrong year',
  )
  .refine(
    ({ workedWeekendDays }) => workedWeekendDays.every((day) => [0, 6].includes(new Date(day).getUTCDay())),
    'workedWeekendDays has a day that is neither Saturday nor Sunday',
  );

/** calendar.yaml: working days per State Council notice. A year that is missing here is an error, never a guess. */
export const CalendarFile = z.strictObject({
  version: z.int().positive(),
  years: z
    .array(CalendarYear)
    .refine((years) => new Set(years.map(({ year }) => year)).size === years.length, 'A year is given twice'),
});
export type CalendarFile = z.infer<typeof CalendarFile>;
