import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createReporter, type Step } from '../../../infra/local/report.ts';
import { BundlesAnswer } from '../../../schemas/api.ts';
import { CliStatus, ExitCode } from '../../../schemas/cli.ts';
import type { ReleaseState, ReleaseStatus } from '../../../schemas/release.ts';
import { CliFailure } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { liveView } from '../live-view.ts';
import { readMoment } from '../moment.ts';
import { listView, statusView } from '../views.ts';
import { channelName, channelStateName, stateName } from '../words.ts';

const ArmOptions = z.object({ at: z.string(), seal: z.string().optional() });
const ReasonOptions = z.object({ reason: z.string().trim().min(1) });
const ResumeOptions = z.object({ at: z.string().optional(), alone: z.boolean().default(false) });
const StatusOptions = z.object({ watch: z.boolean().default(false) });

/** States that nobody and nothing leaves by itself, and what a command that waited for them ends with. */
const endings: Partial<Record<ReleaseState, ExitCode>> = {
  released: ExitCode.ok,
  withdrawn: ExitCode.ok,
  returned: ExitCode.blocked,
  'partly-released': ExitCode.failed,
  'rolled-back': ExitCode.failed,
  'outcome-unknown': ExitCode.outcomeUnknown,
};

export function showStatus({ print, colors }: Invocation, status: ReleaseStatus): ExitCode {
  print(CliStatus.parse(status), statusView(status, colors));
  return status.state === 'outcome-unknown' ? ExitCode.outcomeUnknown : ExitCode.ok;
}

/**
 * 签发: sets T0 on the seal that is current now. Whoever types on after the last signature finds the channels still at
 * work: that is waited for, and `+10s` counts from its end.
 */
export async function arm(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const options = ArmOptions.parse(rawOptions);
  readMoment(options.at, new Date()); // a time that cannot be read is told before the waiting
  const api = await invocation.connect('act');
  const { seal } = await whenPrepared(invocation, () => api.status(bundleId));
  return showStatus(invocation, await api.arm(bundleId, { seal, t0: readMoment(options.at, new Date()) }));
}

/** Waits while channels make their objects; what else stands in the way is for the answer to `arm` to say. */
export async function whenPrepared(
  { stderr, signal }: Invocation,
  read: () => Promise<ReleaseStatus>,
): Promise<ReleaseStatus> {
  let waiting: Step | undefined;
  for (;;) {
    const status = await read();
    const { state, gates, channels } = status;
    const atWork =
      state === 'cleared' ||
      state === 'preparing' ||
      (state === 'in-review' && gates.every((gate) => gate.state === 'signed'));
    const refused = channels.some((channel) => channel.state === 'refused' || channel.state === 'unknown');
    if (!atWork || refused || signal.aborted) {
      if (state === 'prepared') waiting?.done('各渠道就绪 every channel ready');
      else waiting?.failed(`${stateName[state]} ${state}`);
      return status;
    }
    waiting ??= createReporter(stderr).step('预置 prepare');
    waiting.progress(
      channels.map(({ channel, state: reached }) => `${channelName[channel]} ${channelStateName[reached]}`).join('，'),
    );
    await sleep(500, undefined, { signal }).catch(() => {});
  }
}

/** 暂缓. */
export async function hold(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('act');
  return showStatus(invocation, await api.hold(bundleId, ReasonOptions.parse(rawOptions)));
}

export async function resume(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const { at, alone } = ResumeOptions.parse(rawOptions);
  const api = await invocation.connect('act');
  const t0 = at === undefined ? {} : { t0: readMoment(at, new Date()) };
  return showStatus(invocation, await api.resume(bundleId, { ...t0, ...(alone && { alone }) }));
}

/** 撤回送审 before the release, 撤稿 after it: every place that got the original is told. */
export async function withdraw(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('act');
  return showStatus(invocation, await api.withdraw(bundleId, ReasonOptions.parse(rawOptions)));
}

export async function list(invocation: Invocation): Promise<ExitCode> {
  const bundles = await (await invocation.connect('read')).list();
  invocation.print(BundlesAnswer.parse({ bundles }), listView(bundles));
  return ExitCode.ok;
}

export async function status(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('read');
  if (!StatusOptions.parse(rawOptions).watch) return showStatus(invocation, await api.status(bundleId));

  const { stdout, colors, json, signal, print } = invocation;
  const view = liveView(stdout);
  let before = '';
  let reached = false;
  while (!signal.aborted) {
    const current = await api.status(bundleId).catch((error: unknown) => {
      // Once it was seen, a service that restarts is waited for: that is when people watch.
      if (reached && error instanceof CliFailure && error.exitCode === ExitCode.dependencyDown) return undefined;
      throw error;
    });
    reached = true;
    const shown = JSON.stringify(current);
    if (current && shown !== before) {
      if (json) print(CliStatus.parse(current), '');
      else view.draw(statusView(current, colors));
      before = shown;
    }
    const end = current && endings[current.state];
    if (end !== undefined) return end;
    await sleep(500, undefined, { signal }).catch(() => {});
  }
  return ExitCode.ok;
}
