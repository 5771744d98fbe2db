import type { BoardStatus } from '../../schemas/release.ts';
import type { Board } from './board.ts';
import { releaseBlockers } from './rules.ts';

/** The board as people see it. The title is not in it: Temporal keeps references, not unreleased text (I24). */
export function statusOf(board: Board): BoardStatus {
  const { submission } = board;
  if (!submission) throw new RangeError('A board has no status before the first submission');
  return {
    bundleId: board.bundleId,
    documentNumber: submission.documentNumber,
    revision: submission.revision,
    seal: submission.seal,
    state: board.state,
    gates: board.gates.map((gate) => ({ ...gate })),
    overrides: board.overrides.map((override) => ({ ...override })),
    plan: board.plan,
    armedBy: board.armedBy,
    group: board.group,
    emergency: board.emergency,
    committedAt: board.committedAt,
    channels: board.channels.map((channel) => ({ ...channel })),
    validity: board.validity,
    amendments: [...board.amendments],
    blockers: [...(board.notice ? [board.notice] : []), ...releaseBlockers(board)],
  };
}
