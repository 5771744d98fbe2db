import { ExitCode } from '../../../schemas/cli.ts';
import { AccessAnswer } from '../../../schemas/desk.ts';
import { accessView } from '../desk-views.ts';
import type { Invocation } from '../invocation.ts';

/** 知悉范围: who read a bundle before it was public, once a revision, day and kind. */
export async function access(invocation: Invocation, bundleId: string): Promise<ExitCode> {
  const answer = await (await invocation.connect('read')).access(bundleId);
  invocation.print(AccessAnswer.parse(answer), accessView(answer));
  return ExitCode.ok;
}
