import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { CliStatus, ExitCode } from '../../../schemas/cli.ts';
import { FindingKey, GateId } from '../../../schemas/finding.ts';
import { DelegationsAnswer, FindingsAnswer } from '../../../schemas/review.ts';
import { delegationsView, reviewView } from '../desk-views.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { readDay } from '../moment.ts';
import { statusView } from '../views.ts';

const FindingsOptions = z.object({ gate: GateId.optional() });
const ReasonOptions = z.object({ reason: z.string().trim().min(1) });
const DelegateOptions = ReasonOptions.extend({
  to: z.string().min(1),
  for: z.string().min(1).optional(),
  from: z.string().optional(),
  until: z.string(),
});

/** 检查意见 of the current revision with their keys, answers and overrides. */
export async function findings(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const { gate } = FindingsOptions.parse(rawOptions);
  const all = await (await invocation.connect('read')).findings(bundleId);
  const chosen = {
    ...all,
    findings: all.findings.filter(({ finding }) => gate === undefined || finding.gate === gate),
  };
  invocation.print(FindingsAnswer.parse(chosen), reviewView(chosen, invocation.colors));
  return ExitCode.ok;
}

/** 例外放行: one person asks, another confirms, on the seal that is shown here. */
export const override =
  (step: 'request' | 'confirm') =>
  async (invocation: Invocation, bundleId: string, finding: string, rawOptions: unknown): Promise<ExitCode> => {
    const { reason } = ReasonOptions.parse(rawOptions);
    const key = FindingKey.safeParse(finding);
    if (!key.success) {
      throw usage(
        { zh: `“${finding}”不是检查意见的编号。`, en: `"${finding}" is no key of a finding.` },
        { zh: '用 lockstep gate findings 查看编号。', en: 'lockstep gate findings shows the keys.' },
      );
    }
    const api = await invocation.connect('act');
    const { seal } = await api.findings(bundleId);
    const status = await api.override(bundleId, key.data, step, { seal, reason });
    invocation.print(CliStatus.parse(status), statusView(status, invocation.colors));
    return ExitCode.ok;
  };

/** 委托 of a gate, from now on where no start is given. */
export async function delegate(invocation: Invocation, gate: string, rawOptions: unknown): Promise<ExitCode> {
  const { to, for: reviewer, from, until, reason } = DelegateOptions.parse(rawOptions);
  const now = new Date();
  const body = {
    delegationId: randomUUID(),
    to,
    startsAt: from === undefined ? now.toISOString() : readDay(from, 'start', now),
    endsAt: readDay(until, 'end', now),
    reason,
    ...(reviewer && { for: reviewer }),
  };
  return show(invocation, await (await invocation.connect('act')).delegate(gate, body));
}

export const delegations = async (invocation: Invocation): Promise<ExitCode> =>
  show(invocation, await (await invocation.connect('read')).delegations());

export async function revoke(invocation: Invocation, delegationId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('act');
  return show(invocation, await api.revokeDelegation(delegationId, ReasonOptions.parse(rawOptions)));
}

function show({ print }: Invocation, answer: DelegationsAnswer): ExitCode {
  print(DelegationsAnswer.parse(answer), delegationsView(answer.delegations));
  return ExitCode.ok;
}
