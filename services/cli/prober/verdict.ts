/** One request for one public page, as a reader meets it. Times are milliseconds of one monotonic clock, epoch-based. */
export type Observation = {
  /** Pages of one group are one object of one channel: all in public, or none. */
  group: string;
  page: string;
  requestedAt: number;
  answeredAt: number;
  /** An answer of any kind other than the page itself is `false`; no answer at all is no observation. */
  visible: boolean;
};

export type Tear = { group: string; missing: string; shown: string; from: number; to: number };

export type Verdict = {
  samples: number;
  /** Answer of the first request that met any page in public; null if none did. */
  earliestVisibleAt: number | null;
  /** Pages that no request ever met in public. */
  neverVisible: { group: string; page: string }[];
  /** Pages that were not asked for, or not answered, before the first page was met in public. */
  lateStart: { group: string; page: string }[];
  tears: Tear[];
  /** The longest tear, in milliseconds; 0 without one. */
  tornWindowMs: number;
  /** Answer of the first request that met each page in public. */
  firstSeen: { group: string; page: string; at: number }[];
};

type Page = {
  page: string;
  firstVisibleAt: number | null;
  lastVisibleAt: number | null;
  showing: boolean;
};

const newPage = (page: string): Page => ({
  page,
  firstVisibleAt: null,
  lastVisibleAt: null,
  showing: false,
});

/**
 * Judges what the prober saw (I2: no reader meets a policy without its interpretation, nor the other way round).
 *
 * A tear is one of two. A page *comes late*: it was asked for after another page of the group had been *answered* in
 * public, had never been met itself, and was answered without. Or a page *vanishes*: it had been met, is answered
 * without, and another page is met both before that request and after that answer. Requests that overlap prove nothing,
 * the switch may lie between them; and that all pages vanish is a rollback, which is whole too.
 *
 * The window runs to the answer without the page, from when the other page was first met (or this one last): as long as
 * a reader could have held the one without the other.
 */
export function judge(observations: readonly Observation[]): Verdict {
  const groups = Map.groupBy(observations, ({ group }) => group);
  const tears: Tear[] = [];
  const neverVisible: Verdict['neverVisible'] = [];
  const lateStart: Verdict['lateStart'] = [];
  const firstSeen: Verdict['firstSeen'] = [];
  let earliestVisibleAt: number | null = null;

  for (const [group, seen] of groups) {
    const { pages, found } = followGroup(group, seen);
    tears.push(...found);
    const first = earliest([...pages.values()].map(({ firstVisibleAt }) => firstVisibleAt));
    earliestVisibleAt = earliest([earliestVisibleAt, first]);
    for (const { page, firstVisibleAt } of pages.values()) {
      if (firstVisibleAt === null) neverVisible.push({ group, page });
      else firstSeen.push({ group, page, at: firstVisibleAt });
      const before = seen.some((each) => each.page === page && !each.visible && each.answeredAt < (first ?? Infinity));
      if (!before) lateStart.push({ group, page });
    }
  }
  const tornWindowMs = tears.reduce((longest, { from, to }) => Math.max(longest, to - from), 0);
  return { samples: observations.length, earliestVisibleAt, neverVisible, lateStart, tears, tornWindowMs, firstSeen };
}

/** Goes through a group in the order in which requests started, knowing at each only what was answered before it. */
function followGroup(group: string, seen: readonly Observation[]) {
  const pages = new Map<string, Page>();
  for (const { page } of seen) if (!pages.has(page)) pages.set(page, newPage(page));
  const answers = seen.toSorted((a, b) => a.answeredAt - b.answeredAt);
  const asked = seen.toSorted((a, b) => a.requestedAt - b.requestedAt);
  const found: Tear[] = [];
  let next = 0;
  for (const missing of asked.filter(({ visible }) => !visible)) {
    for (let answer = answers[next]; answer && answer.answeredAt < missing.requestedAt; answer = answers[++next]) {
      note(pages.get(answer.page), answer);
    }
    const vanished = pages.get(missing.page)?.lastVisibleAt ?? null;
    for (const { page, firstVisibleAt, showing } of pages.values()) {
      if (page === missing.page || firstVisibleAt === null) continue;
      if (vanished !== null && !(showing && showsAfter(asked, page, missing.answeredAt))) continue;
      const from = Math.max(firstVisibleAt, vanished ?? 0);
      found.push({ group, missing: missing.page, shown: page, from, to: missing.answeredAt });
      break;
    }
  }
  for (const answer of answers.slice(next)) note(pages.get(answer.page), answer);
  return { pages, found };
}

function note(page: Page | undefined, { visible, answeredAt }: Observation): void {
  if (!page) return;
  page.showing = visible;
  if (!visible) return;
  page.firstVisibleAt ??= answeredAt;
  page.lastVisibleAt = answeredAt;
}

const showsAfter = (asked: readonly Observation[], page: string, at: number): boolean =>
  asked.find((each) => each.page === page && each.requestedAt > at)?.visible ?? false;

const earliest = (times: (number | null)[]): number | null =>
  times.reduce((a, b) => (a === null ? b : b === null ? a : Math.min(a, b)), null);
