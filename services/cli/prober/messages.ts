import { z } from 'zod';

/** A public page that every sample asks for. `family` is set where one host name has addresses of both families. */
export const ProbedPage = z.strictObject({
  group: z.string().min(1),
  page: z.string().min(1),
  url: z.url(),
  family: z.union([z.literal(4), z.literal(6)]).nullable(),
});
export type ProbedPage = z.infer<typeof ProbedPage>;

/** What the prober is told, once, when it starts. */
export const ProbeOrder = z.strictObject({
  kind: z.literal('probe'),
  pages: z.array(ProbedPage).min(1),
  /** The list of posts that followers of the WeChat account see; null where it cannot be reached. */
  followersUrl: z.url().nullable(),
  /** Pause between the starts of two requests of one lane; a slower answer makes it longer. */
  intervalMs: z.number().positive(),
  /**
   * What a lane asks for. `each-page`: every page has its own. `groups-in-turn`, for many groups: one lane per group, in
   * which its pages take turns, and once one is met in public, all the others are asked for at once. `intervalMs` is then
   * between two requests of all lanes together, so that looking costs the same however many groups there are; the first
   * page that is met ends that, and all groups are looked at as closely as readers would.
   */
  manner: z.enum(['each-page', 'groups-in-turn']).default('each-page'),
});
export type ProbeOrder = z.infer<typeof ProbeOrder>;

/** `postUrl` is an article of the release's WeChat post, which nobody could know before; null where there is none. */
export const ProbeStop = z.strictObject({ kind: z.literal('stop'), postUrl: z.url().nullable() });
export type ProbeStop = z.infer<typeof ProbeStop>;
export const ToProber = z.discriminatedUnion('kind', [ProbeOrder, ProbeStop]);

const PageName = z.strictObject({ group: z.string(), page: z.string() });

export const ProbeVerdict = z.strictObject({
  samples: z.int().nonnegative(),
  unanswered: z.int().nonnegative(),
  earliestVisibleAt: z.number().nullable(),
  neverVisible: z.array(PageName),
  lateStart: z.array(PageName),
  tears: z.array(
    z.strictObject({ group: z.string(), missing: z.string(), shown: z.string(), from: z.number(), to: z.number() }),
  ),
  tornWindowMs: z.number().nonnegative(),
  firstSeen: z.array(PageName.extend({ at: z.number() })),
});
export type ProbeVerdict = z.infer<typeof ProbeVerdict>;

/** What the prober says: every page was answered at least once; then, at its end, what it saw. */
export const FromProber = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('watching') }),
  z.strictObject({ kind: z.literal('verdict'), verdict: ProbeVerdict }),
]);
export type FromProber = z.infer<typeof FromProber>;
