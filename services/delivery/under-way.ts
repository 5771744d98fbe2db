type Activities = { [name: string]: (...input: never[]) => Promise<unknown> };

/** No step lives longer: the workflow's own limit. What is older hangs, and is begun anew. */
const LONGEST_MS = 6 * 60_000;

/**
 * A step that is asked for again while it is under way is not begun a second time: both get its outcome. Temporal asks
 * again where it has not heard of a task for some seconds, which on a busy machine says nothing about the step; a mail
 * that is on its way would go out twice. Another process knows nothing of it, and asks the record and the provider.
 */
export function notTwiceAtOnce<T extends object>(activities: T, now: () => number = Date.now): T {
  const underWay = new Map<string, { since: number; outcome: Promise<unknown> }>();
  const shared = Object.entries(activities as Activities).map(([name, run]) => [
    name,
    async (...input: never[]) => {
      const step = JSON.stringify([name, input]);
      const known = underWay.get(step);
      if (known && now() - known.since < LONGEST_MS) return known.outcome;
      const begun = { since: now(), outcome: run(...input) };
      underWay.set(step, begun);
      try {
        return await begun.outcome;
      } finally {
        if (underWay.get(step) === begun) underWay.delete(step);
      }
    },
  ]);
  return Object.fromEntries(shared) as T;
}
