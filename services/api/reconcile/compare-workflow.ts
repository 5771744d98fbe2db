import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { Drift } from '../../../schemas/reconcile.ts';
import type { BoardStatus } from '../../../schemas/release.ts';
import { stateName } from '../../../schemas/state-name.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { Board } from '../../../workflows/policy-release/board.ts';

/**
 * Whether the workflow is where the rows are; where not, the rows win. `anew`: the board of one that would begin from these
 * rows, null where none would. `restored`: the rows may have been set back behind it; on a system that was never restored,
 * what the workflow knows and the rows do not is merely on its way to them.
 */
export function workflowDrift(
  rows: BundleRows,
  status: BoardStatus | null,
  anew: Board | null,
  restored: boolean,
): Drift | null {
  if (!anew) return null;
  const drift = (kind: Drift['kind'], zh: string, en: string): Drift => ({
    kind,
    bundleId: rows.bundleId,
    releaseId: rows.staging?.releaseId ?? null,
    channel: null,
    message: { zh, en },
    repair: 'rebuild',
  });
  if (!status) return drift('workflow-lost', '没有工作流在办理这个政策包', 'no workflow carries this bundle');
  const sameRevision = status.revision === anew.submission?.revision;
  const differences = sameRevision
    ? [
        ...peoplesWords(rows, status, anew),
        ...course(rows, status, anew),
        ...(restored ? setBack(rows, status, anew) : []),
      ]
    : differ('稿次', 'revision', `${status.revision}`, `${anew.submission?.revision}`);
  if (differences.length === 0) return null;
  return drift(
    'workflow-differs',
    differences.map(({ zh }) => zh).join('；'),
    differences.map(({ en }) => en).join('; '),
  );
}

function differ(zh: string, en: string, inWorkflow: string, inRows: string, names: Names = {}): Bilingual[] {
  if (inWorkflow === inRows) return [];
  const name = (word: string) => names[word] ?? word;
  return [
    {
      zh: `${zh}：工作流中“${name(inWorkflow)}”，记录中“${name(inRows)}”`,
      en: `${en}: [${inWorkflow}] in the workflow, [${inRows}] in the rows`,
    },
  ];
}
type Names = Readonly<Record<string, string>>;
const decisionName: Names = { open: '尚未审签', signed: '已审签', returned: '已退回' };
const laneName: Names = { ordinary: '一般', emergency: '应急' };
const committedName: Names = { yes: '已提交', no: '未提交' };

/**
 * What people said of this revision. A row may have outlived the task that wrote it: its own person, who tries again, is
 * answered as if it were new, but everybody else that this has been done, while the workflow shows it open.
 */
function peoplesWords({ decisions }: BundleRows, status: BoardStatus, anew: Board): Bilingual[] {
  const overridden = ({ overrides }: Pick<Board, 'overrides'>) =>
    overrides.map(({ finding, confirmedBy }) => `${finding} ${confirmedBy ? 'confirmed' : 'requested'}`);
  const lane = ({ emergency }: Pick<Board, 'emergency'>) => (emergency ? 'emergency' : 'ordinary');
  return [
    ...status.gates.flatMap(({ gate, state }) => {
      const row = decisions.find((decision) => decision.gate === gate)?.decision ?? 'open';
      return differ(`${gate} 关`, `gate ${gate}`, state, row, decisionName);
    }),
    ...differ('例外放行', 'overrides', listOf(overridden(status)), listOf(overridden(anew))),
    ...differ('时限', 'clocks', lane(status), lane(anew), laneName),
  ];
}

// Between the row and the workflow's learning of it.
const commits = ({ release }: BundleRows, { state }: BoardStatus): boolean =>
  state === 'committing' || (state === 'armed' && release !== null);

function course(rows: BundleRows, status: BoardStatus, anew: Board): Bilingual[] {
  if (commits(rows, status)) return [];
  const committed = ({ committedAt }: Pick<Board, 'committedAt'>) => (committedAt ? 'yes' : 'no');
  return [
    ...differ('发布提交', 'committed', committed(status), committed(anew), committedName),
    ...channels(status, anew),
  ];
}

/** What a restore may have taken from the rows, and no log gives back. */
function setBack(rows: BundleRows, status: BoardStatus, anew: Board): Bilingual[] {
  if (commits(rows, status)) return [];
  const { last, plan } = rows;
  // Where it begins again may lie before the last row: what was under way is done once more.
  const isThere = status.state === last?.state || status.state === anew.state;
  const armed = status.state === 'armed' && last?.state === 'armed';
  const instant = (t0: string | undefined) => (t0 ? new Date(t0).toISOString() : 'none');
  const acts = ({ amendments }: Pick<Board, 'amendments'>) =>
    amendments.map(({ act, byReleaseId }) => `${act} by ${byReleaseId}`);
  return [
    ...(isThere || !last ? [] : differ('状态', 'state', status.state, last.state, stateName)),
    ...(armed ? differ('发布时刻', 'instant', instant(status.plan?.t0), instant(plan?.t0)) : []),
    ...(armed ? differ('同批', 'group', status.group?.groupId ?? 'none', plan?.groupId ?? 'none') : []),
    ...differ('有效性', 'validity', status.validity ?? 'none', anew.validity ?? 'none'),
    ...differ('后续公告的处理', 'acts of later bundles', listOf(acts(status)), listOf(acts(anew))),
  ];
}

/**
 * A receipt that came while nobody carried the bundle, or while its workflow began anew, has a row and was told to nobody. Of
 * a try that was just begun the rows have nothing yet.
 */
const channels = (status: BoardStatus, anew: Board): Bilingual[] =>
  status.channels.flatMap(({ channel, state, attempt }) => {
    const row = anew.channels.find((each) => each.channel === channel);
    return row && row.attempt >= attempt ? differ(`渠道 ${channel}`, `channel ${channel}`, state, row.state) : [];
  });

const listOf = (words: readonly string[]): string => words.toSorted().join(', ');
