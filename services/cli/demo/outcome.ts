import { DemoResult, ExitCode } from '../../../schemas/cli.ts';
import type { ReleaseStatus } from '../../../schemas/release.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { ProbeVerdict } from '../prober/messages.ts';
import { channelName, stateName } from '../words.ts';

/** `problems` is what keeps the demo from being a success, in plain words; empty means released, verified and in step. */
export type DemoOutcome = { result: DemoResult; problems: Bilingual[]; exitCode: ExitCode };

/** Puts together what the system says of itself and what the prober saw. `verdict` is null where the prober died. */
export function demoOutcome(status: ReleaseStatus, verdict: ProbeVerdict | null): DemoOutcome {
  const { bundleId, seal, state, committedAt, channels, plan } = status;
  const measured = verdict !== null && sawEnough(verdict);
  const result = DemoResult.parse({
    bundleId,
    seal,
    state,
    committedAt,
    channels: channels.map(({ channel, state: channelState, url, readyAt, liveAt, verifiedAt }) => ({
      channel,
      state: channelState,
      url,
      readyAt,
      liveAt,
      verifiedAt,
    })),
    skewMs: skewOf(channels.map(({ liveAt }) => liveAt)),
    // A tear that was seen is one, however little else was seen.
    tornWindowMs: measured || (verdict?.tornWindowMs ?? 0) > 0 ? (verdict?.tornWindowMs ?? null) : null,
  });
  const problems: Bilingual[] = [];
  if (state !== 'released') {
    problems.push(
      { zh: `没有全部发布：${stateName[state]}`, en: `Not released everywhere: ${state}` },
      ...status.blockers,
    );
  }
  for (const { channel, state: channelState, detail } of channels) {
    if (channelState === 'verified') continue;
    problems.push({
      zh: `${channelName[channel]}没有核验：${detail?.zh ?? channelState}`,
      en: `${channel} is not verified: ${detail?.en ?? channelState}`,
    });
  }
  if (state === 'released') problems.push(...probeProblems(verdict, { committedAt, t0: plan?.t0 ?? null }));
  const exitCode =
    problems.length === 0 ? ExitCode.ok : state === 'outcome-unknown' ? ExitCode.outcomeUnknown : ExitCode.failed;
  return { result, problems, exitCode };
}

/** Milliseconds between the first and the last channel that went live; null while one is not. */
export function skewOf(liveAt: readonly (string | null)[]): number | null {
  const times = liveAt.filter((time) => time !== null).map((time) => Date.parse(time));
  return times.length === 0 || times.length < liveAt.length ? null : Math.max(...times) - Math.min(...times);
}

const sawEnough = ({ samples, neverVisible, lateStart, earliestVisibleAt }: ProbeVerdict): boolean =>
  samples > 0 && earliestVisibleAt !== null && neverVisible.length === 0 && lateStart.length === 0;

/** Early never: neither before the instant that the leader set, nor before the commit. */
function probeProblems(
  verdict: ProbeVerdict | null,
  { committedAt, t0 }: { committedAt: string | null; t0: string | null },
): Bilingual[] {
  if (verdict === null) {
    return [{ zh: '旁观探针中途退出，无法证明同步。', en: 'The prober ended early: being in step is not proven.' }];
  }
  const problems: Bilingual[] = [];
  if (verdict.tornWindowMs > 0) {
    const [tear] = verdict.tears;
    problems.push({
      zh: `有 ${Math.ceil(verdict.tornWindowMs)} 毫秒只公开了一部分（${tear?.shown} 已公开，${tear?.missing} 还没有）。`,
      en: `For ${Math.ceil(verdict.tornWindowMs)} ms only a part was public (${tear?.shown} without ${tear?.missing}).`,
    });
  }
  const names = (pages: ProbeVerdict['neverVisible']) => pages.map(({ group, page }) => `${group} ${page}`).join(', ');
  if (verdict.neverVisible.length > 0) {
    const pages = names(verdict.neverVisible);
    problems.push({ zh: `探针始终没有看到：${pages}`, en: `The prober never met in public: ${pages}` });
  }
  if (verdict.lateStart.length > 0) {
    const pages = names(verdict.lateStart);
    problems.push({
      zh: `探针看得太晚，无法证明同步：${pages}`,
      en: `The prober looked too late to prove anything: ${pages}`,
    });
  }
  const allowedFrom = Math.max(...[committedAt, t0].filter((time) => time !== null).map((time) => Date.parse(time)));
  if (verdict.earliestVisibleAt !== null && verdict.earliestVisibleAt < allowedFrom) {
    const early = Math.ceil(allowedFrom - verdict.earliestVisibleAt);
    problems.push({ zh: `提前 ${early} 毫秒公开。`, en: `It was public ${early} ms early.` });
  }
  return problems;
}
