import { ExitCode } from '../../../schemas/cli.ts';
import { InboxAnswer } from '../../../schemas/desk.ts';
import { inboxView } from '../desk-views.ts';
import type { Invocation } from '../invocation.ts';

/** 待办: overdue ones first. */
export async function inbox(invocation: Invocation): Promise<ExitCode> {
  const answer = await (await invocation.connect('act')).inbox();
  invocation.print(InboxAnswer.parse(answer), inboxView(answer, invocation.colors));
  return ExitCode.ok;
}
