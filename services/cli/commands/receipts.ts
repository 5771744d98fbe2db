import { ReceiptsAnswer } from '../../../schemas/api.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import type { Invocation } from '../invocation.ts';
import { receiptsView } from '../views.ts';

/** 渠道回执: what every channel said of itself, in the order in which it said it. */
export async function receipts(invocation: Invocation, bundleId: string): Promise<ExitCode> {
  const found = await (await invocation.connect('read')).receipts(bundleId);
  invocation.print(ReceiptsAnswer.parse({ receipts: found }), receiptsView(found));
  return ExitCode.ok;
}
