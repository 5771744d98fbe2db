import type { Day } from '../../schemas/text.ts';
import type { ValidityDates } from './content.ts';
import { dayAfter, EXPIRING_DAYS } from './days.ts';
import { type Ledger, type Rows, releaseOf, short } from './ledger.ts';
import type { Look } from './reader.ts';

/** 有效性 on `day`, after `acts` that were done to it by then. */
function validityOn(day: Day, { effectiveFrom, effectiveUntil }: ValidityDates, acts: string[]): string {
  if (acts.includes('abolish') || acts.includes('supersede')) return '废止';
  if (effectiveUntil && day > effectiveUntil) return '失效';
  if (effectiveFrom && day < effectiveFrom) return '尚未施行';
  if (effectiveUntil && dayAfter(day, EXPIRING_DAYS) > effectiveUntil) return '即将失效';
  return acts.includes('amend') ? '已修改' : '有效';
}

/** 有效性 as readers see it: moved by the calendar and by acts on their day, never before. */
export function validityInvariants({ mustHold, planOf }: Ledger) {
  /** Pages of `look`, with what may be shown of them on a day. */
  function* pages(look: Look, rows: Rows) {
    for (const [bundleId, { policy }] of look.site.pages) {
      const release = releaseOf(rows, policy.words[0] ?? '');
      const dates = planOf(bundleId)?.dates;
      if (policy.status !== 200 || !release || !dates) continue;
      const acts = rows.amendments.filter(({ releaseId }) => releaseId === release.releaseId);
      const on = (day: Day) =>
        validityOn(
          day,
          dates,
          acts.flatMap((act) => (act.on <= day ? [act.act] : [])),
        );
      yield { id: short(bundleId), shown: policy.validity, on };
    }
  }

  return {
    /** `latest`: the last day that any clock of ours has shown. */
    check(look: Look, rows: Rows, latest: Day): void {
      for (const { id, shown, on } of pages(look, rows)) {
        const early = shown !== on(latest) && shown === on(dayAfter(latest, 1));
        mustHold(!early, () => `validity: ${id} is ${shown} before its day, on ${latest}`);
      }
    },
    /** Once everything has come to rest: what holds today is shown. */
    checkEnd(look: Look, rows: Rows, today: Day): void {
      for (const { id, shown, on } of pages(look, rows)) {
        mustHold(shown === on(today), () => `validity: ${id} is ${on(today)} on ${today}, and shown as ${shown}`);
      }
    },
  };
}
