import { runningClocks } from '../../activities/calendar/clocks.ts';
import { emergencyUse } from '../../activities/notices/emergency-report.ts';
import type { CoreStore, UnderReview } from '../../activities/ports/core-store.ts';
import type { DeskStore } from '../../activities/ports/desk-store.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { ClocksFile } from '../../schemas/clock.ts';
import type { CalendarFile, ChannelsFile } from '../../schemas/configuration.ts';
import type { EmergencyUse } from '../../schemas/desk.ts';
import type { BoardStatus, ReleaseStatus } from '../../schemas/release.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { Refusal } from './refusal.ts';

export type TimeTables = { calendar: CalendarFile; clocks: ClocksFile; channels: ChannelsFile };
/** `known`: what was read of the bundle on the way here, so that nothing is read twice while a reviewer waits. */
export type Tell = (
  status: BoardStatus,
  more?: { warnings?: Bilingual[]; known?: UnderReview | null },
) => Promise<ReleaseStatus>;

/** The board with what Temporal does not know: the title (I24), the time limits of the law, the report that is owed. */
export const createTelling =
  ({ store, desk, times }: { store: CoreStore; desk: DeskStore; times: TimeTables }): Tell =>
  async (status, { warnings = [], known = null } = {}) => {
    const heading = known?.revision === status.revision ? known : await store.heading(status);
    if (!heading) throw new Refusal('BundleUnknown', { zh: '没有这个版本', en: 'There is no such revision' });
    const { title, issuedOn } = heading;
    const emergency = status.emergency && (await emergencyOf(status.bundleId, { store, desk, times }));
    return {
      ...status,
      title,
      clocks: runningClocks(times.clocks.clocks, times.calendar, { issuedOn, publicAt: status.committedAt }),
      emergencyReport: emergency && { state: emergency.state, dueAt: emergency.reportDueAt },
      warnings,
    };
  };

/** The use of the emergency lane by one bundle, with when its report is due; null where there was none. */
export async function emergencyOf(
  bundleId: BundleId,
  { store, desk, times }: { store: CoreStore; desk: DeskStore; times: TimeTables },
): Promise<EmergencyUse | null> {
  const [rows] = await desk.emergencies({ bundleId });
  return rows ? emergencyUse(rows, { ...reportTerms(times), now: await store.now() }) : null;
}

export const reportTerms = ({ calendar, channels }: TimeTables) => ({
  calendar,
  workingDays: channels.release.emergencyReportWorkingDays,
});
