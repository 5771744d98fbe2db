import { resolve } from 'node:path';
import { z } from 'zod';
import { readText } from '../../../infra/cli-io/audit-files.ts';
import type { ExitCode } from '../../../schemas/cli.ts';
import { Digest } from '../../../schemas/text.ts';
import { answersFor, readAnswers } from '../answers.ts';
import type { ApiClient } from '../api-client.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { showStatus } from './release.ts';

const SignOptions = z.object({
  seal: z.string().optional(),
  opinion: z.string().optional(),
  answer: z.array(z.string()).default([]),
  answers: z.string().optional(),
});
const ReturnOptions = z.object({ seal: z.string().optional(), reason: z.string().trim().min(1) });

/**
 * 审签通过, with the written answers to the warnings of the gate. Signs the seal that is shown here; one pinned with `--seal`
 * is refused where a newer revision came.
 */
export async function signGate(
  invocation: Invocation,
  bundleId: string,
  gate: string,
  rawOptions: unknown,
): Promise<ExitCode> {
  const { seal, opinion, answer, answers: file } = SignOptions.parse(rawOptions);
  const written = readAnswers(answer, file && (await answersFile(resolve(invocation.cwd, file))));
  const api = await invocation.connect('act');
  const shown = await sealToSign(invocation, api, bundleId, seal);
  const answers = written.size > 0 ? answersFor(gate, written, (await api.findings(bundleId)).findings) : [];
  const body = { seal: shown, ...(opinion && { opinion }), ...(answers.length > 0 && { answers }) };
  return showStatus(invocation, await api.sign(bundleId, gate, body));
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

const answersFile = (path: string): Promise<string> =>
  readText(path).catch(() => {
    throw usage({ zh: `读不到文件 ${path}。`, en: `Cannot read ${path}.` }, null, '--answers');
  });
