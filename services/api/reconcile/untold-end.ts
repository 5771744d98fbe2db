import type { BundleRows, LoggedRelease } from '../../../activities/ports/repair-store.ts';
import { releaseEvent, transitionEvent } from '../../../activities/releases/events.ts';
import type { Transition } from '../../../activities/releases/types.ts';
import type { LockstepEvent } from '../../../schemas/events.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { Instant } from '../../../schemas/text.ts';

/**
 * What the workflow of a withdrawn bundle had yet to tell when it was lost: no other is begun for what is over, so that
 * this is told here. `heard`: ids of the events in the log of bundles; `orders`: what the log has of its releases.
 */
export function untoldEnd(
  { last, revision, release, staging }: BundleRows,
  history: Transition[],
  { heard, orders, time }: { heard: ReadonlySet<string>; orders: LoggedRelease[]; time: Instant },
): LockstepEvent[] {
  if (last?.state !== 'withdrawn') return [];
  const steps = history.map((step) => transitionEvent(step, time)).filter(({ id }) => !heard.has(id));
  const order = orders.find(({ releaseId }) => releaseId === staging?.releaseId);
  if (!revision || !staging || release || !order || order.rolledBack) return steps;
  const takenBack = { type: 'release.rolled-back.v1', reason: last.detail ?? '撤回' } as const;
  return [...steps, releaseEvent(revision, staging.releaseId, takenBack, { staging, time, actsOn: [], group: [] })];
}

export const untoldDrift = ({ bundleId, staging }: BundleRows, untold: LockstepEvent[]): Drift => ({
  ...{ kind: 'workflow-lost', bundleId, releaseId: staging?.releaseId ?? null, channel: null, repair: 'rebuild' },
  message: {
    zh: `它已经撤回，还有 ${untold.length} 条没有通知出去`,
    en: `it was withdrawn, and ${untold.length} events were not announced`,
  },
});
