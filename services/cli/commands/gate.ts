import { z } from 'zod';
import type { ExitCode } from '../../../schemas/cli.ts';
import { Digest } from '../../../schemas/text.ts';
import type { ApiClient } from '../api-client.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { showStatus } from './release.ts';

const SignOptions = z.object({ seal: z.string().optional(), opinion: z.string().optional() });
const ReturnOptions = z.object({ seal: z.string().optional(), reason: z.string().trim().min(1) });

/** 审签通过. Signs the seal that is shown here; one pinned with `--seal` is refused where a newer revision came. */
export async function signGate(
  invocation: Invocation,
  bundleId: string,
  gate: string,
  rawOptions: unknown,
): Promise<ExitCode> {
  const { seal, opinion } = SignOptions.parse(rawOptions);
  const api = await invocation.connect('act');
  const shown = await sealToSign(invocation, api, bundleId, seal);
  return showStatus(invocation, await api.sign(bundleId, gate, { seal: shown, ...(opinion && { opinion }) }));
}

/** 退回修改, with the reason that the drafter will read. */
export async function returnGate(
  invocation: Invocation,
  bundleId: string,
  gate: string,
  rawOptions: unknown,
): Promise<ExitCode> {
  const { seal, reason } = ReturnOptions.parse(rawOptions);
  const api = await invocation.connect('act');
  const shown = await sealToSign(invocation, api, bundleId, seal);
  return showStatus(invocation, await api.returnToDrafter(bundleId, gate, { seal: shown, reason }));
}

async function sealToSign(
  { stderr }: Invocation,
  api: ApiClient,
  bundleId: string,
  pinned: string | undefined,
): Promise<Digest> {
  if (pinned !== undefined) {
    const seal = Digest.safeParse(pinned);
    if (seal.success) return seal.data;
    throw usage({ zh: '--seal 不是封签（64 位十六进制）。', en: '--seal is not a seal (64 hexadecimal digits).' });
  }
  const { title, revision, seal } = await api.status(bundleId);
  stderr.write(`${title}  第 ${revision} 稿\n封签 seal ${seal}\n`);
  return seal;
}
