import type { BundleRows } from '../../../activities/ports/repair-store.ts';
import type { BundleId, Channel } from '../../../schemas/bundle.ts';
import type { ChannelInspection } from '../../../schemas/receipt.ts';
import type { Drift, ReconcileAnswer } from '../../../schemas/reconcile.ts';
import type { BoardStatus, ReleaseId } from '../../../schemas/release.ts';
import type { Bilingual } from '../../../schemas/text.ts';

type Expected = ReconcileAnswer['channels'][number]['expected'];

/** What readers of a channel should get of a bundle, by the rows. */
export function expectedOn({ release, staging, last, receipts }: BundleRows, channel: Channel): Expected {
  if (!staging || !last) return 'absent';
  if (last.state === 'withdrawn' || last.state === 'withdrawing') return release ? 'withdrawn' : 'absent';
  if (last.state === 'rolled-back') return 'absent';
  if (!release) return 'staged';
  // A channel whose turn has not come, or that refused, shows nothing yet, and says so in its receipts.
  const own = receipts.filter((receipt) => receipt.channel === channel && receipt.releaseId === release.releaseId);
  const word = own.findLast(({ state }) => state !== 'amended')?.state;
  return word === 'verified' || word === 'live' ? 'public' : word === 'withdrawn' ? 'withdrawn' : 'staged';
}

/** A channel that has spoken since it looked at itself was seen as it is no more. */
export const hasMovedOn = ({ receipts }: BundleRows, channel: Channel, { at }: ChannelInspection): boolean =>
  receipts.some((receipt) => receipt.channel === channel && Date.parse(receipt.at) >= Date.parse(at));

export const movedOn = (about: { bundleId: BundleId; releaseId: ReleaseId }, channel: Channel): Drift => ({
  ...{ ...about, channel, kind: 'unanswered', repair: null },
  message: {
    zh: `${channel}：核对之后又有新的回执，请再核对一次`,
    en: `${channel}: it has reported something new since it looked; look once more`,
  },
});

/** What a channel found of itself, beside what should be. Null where both agree. */
export function channelDrift(
  { bundleId, releaseId }: { bundleId: BundleId; releaseId: ReleaseId },
  channel: Channel,
  expected: Expected,
  found: ChannelInspection | undefined,
): Drift | null {
  const drift = (kind: Drift['kind'], zh: string, en: string, repair: Drift['repair'] = null): Drift => ({
    kind,
    bundleId,
    releaseId,
    channel,
    message: withDetail({ zh: `${channel}：${zh}`, en: `${channel}: ${en}` }, found?.detail ?? null),
    repair,
  });
  if (!found || found.state === 'unknown') {
    return drift('unanswered', '没有答复，或者无法查明', 'it did not answer, or cannot tell');
  }
  const { state } = found;
  switch (expected) {
    case 'public':
      if (state !== 'public') {
        const repair = channel === 'press-pack' ? null : ('re-present' as const);
        return drift('not-public', '应当公开，读者却看不到', 'it should be public, and readers do not get it', repair);
      }
      return found.detail ? drift('altered', '公开的内容与封签不符', 'what readers get is not what was sealed') : null;
    case 'withdrawn':
      return state === 'public'
        ? drift(
            'still-public',
            '已经撤回，读者仍能看到',
            'it was withdrawn, and readers still get it',
            'withdraw-again',
          )
        : null;
    default:
      return state === 'public'
        ? drift('leaked', '尚未发布或者已经回退，读者却能看到', 'it is not released, and readers get it')
        : null;
  }
}

const withDetail = (message: Bilingual, detail: Bilingual | null): Bilingual =>
  detail ? { zh: `${message.zh}（${detail.zh}）`, en: `${message.en} (${detail.en})` } : message;

/** Whether the workflow is where the rows are; where not, the rows win. */
export function workflowDrift(rows: BundleRows, status: BoardStatus | null): Drift | null {
  const { bundleId, revision, last, release, staging } = rows;
  if (!revision || !last || last.state === 'withdrawn') return null;
  const drift = (kind: Drift['kind'], zh: string, en: string): Drift => ({
    kind,
    bundleId,
    releaseId: staging?.releaseId ?? null,
    channel: null,
    message: { zh, en },
    repair: 'rebuild',
  });
  if (!status) {
    return drift('workflow-lost', '没有工作流在办理这个政策包', 'no workflow carries this bundle');
  }
  const differences: Bilingual[] = [];
  if (status.revision !== revision.revision) {
    differences.push({
      zh: `工作流在第 ${status.revision} 稿，记录在第 ${revision.revision} 稿`,
      en: `the workflow has revision ${status.revision}, the rows ${revision.revision}`,
    });
  }
  if (status.revision === revision.revision) differences.push(...peoplesWords(rows, status));
  // Between the row and the workflow's learning of it.
  const commits = status.state === 'committing' || (status.state === 'armed' && release !== null);
  if ((status.committedAt === null) !== (release === null) && !commits) {
    differences.push({
      zh: `工作流${status.committedAt ? '已' : '未'}提交发布，记录${release ? '已' : '未'}提交发布`,
      en: `committed in the ${status.committedAt ? 'workflow' : 'rows'} only`,
    });
  }
  if (differences.length === 0) return null;
  return drift(
    'workflow-differs',
    differences.map(({ zh }) => zh).join('；'),
    differences.map(({ en }) => en).join('; '),
  );
}

const wordOf = { open: '尚未审签', signed: '已审签', returned: '已退回' };

/**
 * What people said of this revision. A row may have outlived the task that wrote it: its own person, who tries again, is
 * answered as if it were new, but everybody else that this gate has been decided, while the workflow shows it open.
 */
function peoplesWords({ revision, decisions, overrides, emergency }: BundleRows, status: BoardStatus): Bilingual[] {
  const differences: Bilingual[] = [];
  const passed = new Set(overrides.flatMap(({ finding, step }) => (step === 'confirmed' ? [finding] : [])));
  for (const { gate, state, blockedBy } of status.gates) {
    const row = decisions.find((decision) => decision.gate === gate)?.decision ?? 'open';
    if (row !== state) {
      differences.push({
        zh: `${gate} 关：工作流中${wordOf[state]}，记录中${wordOf[row]}`,
        en: `gate ${gate}: ${state} in the workflow, ${row} in the rows`,
      });
    }
    const errors = (revision?.obligations.errors ?? []).filter((error) => error.gate === gate);
    const standing = errors.flatMap(({ finding }) => (passed.has(finding) ? [] : [finding]));
    if (standing.join() !== blockedBy.join()) {
      differences.push({
        zh: `${gate} 关：工作流中未放行的是“${blockedBy.join('、')}”，记录中是“${standing.join('、')}”`,
        en: `gate ${gate}: errors that stand are [${blockedBy.join(', ')}] in the workflow, [${standing.join(', ')}] in the rows`,
      });
    }
  }
  if ((status.emergency === null) !== (emergency === null)) {
    differences.push({
      zh: `应急通道：工作流中${status.emergency ? '已' : '未'}启用，记录中${emergency ? '已' : '未'}启用`,
      en: `in the emergency lane in the ${status.emergency ? 'workflow' : 'rows'} only`,
    });
  }
  return differences;
}
