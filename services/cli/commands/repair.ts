import { z } from 'zod';
import { Channel } from '../../../schemas/bundle.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { GroupAnswer, SettleBody } from '../../../schemas/desk.ts';
import { groupView } from '../desk-views.ts';
import type { Invocation } from '../invocation.ts';
import { readMoment } from '../moment.ts';
import { showStatus, whenPrepared } from './release.ts';

const GroupOptions = z.object({ at: z.string() });
const RetryOptions = z.object({ channel: Channel });
const SettleOptions = RetryOptions.extend({ seen: z.string(), evidence: z.string() });
const ReasonOptions = z.object({ reason: z.string().trim().min(1) });

/** 同批发布: the bundles commit together or not at all, each with the seal that it has now. */
export async function group(invocation: Invocation, bundleIds: string[], rawOptions: unknown): Promise<ExitCode> {
  const { at } = GroupOptions.parse(rawOptions);
  readMoment(at, new Date()); // a time that cannot be read is told before the waiting
  const api = await invocation.connect('act');
  const members = [];
  for (const bundleId of bundleIds) {
    const status = await whenPrepared(invocation, () => api.status(bundleId));
    members.push({ bundleId: status.bundleId, seal: status.seal });
  }
  const answer = await api.group({ members, t0: readMoment(at, new Date()) });
  invocation.print(GroupAnswer.parse(answer), groupView(answer));
  return ExitCode.ok;
}

/** 重试 a channel that refused. */
export async function retry(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const { channel } = RetryOptions.parse(rawOptions);
  return showStatus(invocation, await (await invocation.connect('act')).retryChannel(bundleId, channel));
}

/** 人工核实: what somebody saw at a channel that could not say it itself. */
export async function settle(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const { channel, seen, evidence } = SettleOptions.parse(rawOptions);
  const body = SettleBody.parse({ state: seen, evidence });
  return showStatus(invocation, await (await invocation.connect('act')).settleChannel(bundleId, channel, body));
}

/** 补偿: the second person withdraws everything because a channel failed. */
export async function compensate(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('act');
  return showStatus(invocation, await api.compensate(bundleId, ReasonOptions.parse(rawOptions)));
}
