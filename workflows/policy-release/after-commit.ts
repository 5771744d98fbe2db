import { condition } from '@temporalio/workflow';
import type { Channel } from '../../schemas/bundle.ts';
import { haveReached, publicOutcome } from './board.ts';
import type { Course } from './course.ts';
import type { Intervention } from './messages.ts';
import { isBeforeCommit, undoableWave } from './rules.ts';

/**
 * 不可逆次序: a wave goes only after the one before it is public and was read back, and none after somebody withdrew.
 */
export async function goLive({ board, enter, tell }: Course): Promise<void> {
  const committedAt = board.committedAt ?? '';
  const waves = [...new Set(board.submission?.channels.map(({ wave }) => wave))].sort((a, b) => a - b);
  for (const wave of waves) {
    const channels: Channel[] = (board.submission?.channels ?? []).filter((c) => c.wave === wave).map((c) => c.channel);
    await tell({ type: 'release.go.v1', channels, committedAt });
    const settled = () =>
      board.channels.every(
        (c) => !channels.includes(c.channel) || ['verified', 'refused', 'unknown'].includes(c.state),
      );
    await condition(() => settled() || board.withdrawal !== null);
    if (board.withdrawal) return;
    if (wave === undoableWave && !haveReached(board, channels, 'verified')) {
      // Nothing irreversible has happened yet, so document and interpretation disappear again together.
      await tell({
        type: 'release.rolled-back.v1',
        reason: 'an undoable channel failed before the point of no return',
      });
      board.notice = {
        zh: '首批渠道发布失败，已全部回退',
        en: 'An undoable channel failed; everything was rolled back',
      };
      return enter('rolled-back', 'system');
    }
    if (wave === waves[0]) await enter('verifying', 'system');
  }
}

/** 发布之后: late reports still move the outcome, until somebody withdraws. */
export async function settle({ board, enter }: Course): Promise<void> {
  const outcome = publicOutcome(board);
  if (outcome !== board.state) await enter(outcome, 'system');
  if (outcome === 'partly-released' && board.submission?.policy === 'compensate') {
    board.withdrawal ??= { reason: 'a channel failed, and the bundle’s policy is to compensate', actorId: 'system' };
  }
  await condition(() => board.withdrawal !== null || publicOutcome(board) !== board.state);
}

/** 撤回: before release what was staged goes; after it every channel takes its copy back and says so. */
export async function takeBack({ board, enter, tell }: Course, { reason, actorId }: Intervention): Promise<void> {
  if (isBeforeCommit(board.state)) {
    await tell({ type: 'release.rolled-back.v1', reason });
    return enter('withdrawn', actorId, reason);
  }
  await enter('withdrawing', actorId, reason);
  await tell({ type: 'release.withdrawn.v1', reason });
  await condition(() => board.channels.every((channel) => channel.state === 'withdrawn'));
  await enter('withdrawn', 'system');
}
