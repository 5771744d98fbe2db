import { resolve } from 'node:path';
import { z } from 'zod';
import { type ChainVerdict, verifyChain, verifyExtract } from '../../../activities/audit/chain.ts';
import { readCheckpoints, readJsonLines } from '../../../activities/audit/checkpoint-lines.ts';
import { unbacked, vouch } from '../../../activities/audit/evidence.ts';
import { type RestoreInChain, restoresIn } from '../../../activities/audit/restores.ts';
import { localCheckpoints, readText } from '../../../infra/cli-io/audit-files.ts';
import { writeReport } from '../../../infra/cli-io/report-file.ts';
import { AuditRow } from '../../../schemas/audit.ts';
import { CliAuditExported, CliAuditVerified, ExitCode } from '../../../schemas/cli.ts';
import { fetchRows, readPublicKeys } from '../audit-chain.ts';
import { usage } from '../failure.ts';
import type { Invocation } from '../invocation.ts';
import { renderEvidence } from '../report/evidence.tsx';

const ExportOptions = z.object({
  bundle: z.uuid().optional(),
  out: z.string().optional(),
  report: z.string().optional(),
});
const VerifyOptions = z.object({
  checkpoints: z.string().optional(),
  publicKey: z.string().optional(),
  extract: z.boolean().default(false),
});
type Signed = { checkpoints: string; publicKey: string; asides: string[]; where: string };

/** 审计链导出: JSON Lines, and for one bundle a report to print. Both are the auditor's to read. */
export async function exportAudit(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { bundle, out, report } = ExportOptions.parse(rawOptions);
  if (report !== undefined && bundle === undefined) {
    throw usage({ zh: '--report 要和 --bundle 一起用。', en: '--report is about one bundle: add --bundle.' });
  }
  const { cwd, stdout, stderr, json } = invocation;
  const api = await invocation.connect('read');
  const rows = await fetchRows(api, bundle);
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (out === undefined) stdout.write(lines);
  else await writeReport(resolve(cwd, out), lines);
  if (report !== undefined && bundle !== undefined) {
    const [evidence, signed] = await Promise.all([api.evidence(bundle), local(invocation)]);
    const chain = await fetchRows(api); // after the evidence: every fact of it is in the chain by now
    const { verdict, checkpoints } = judge(chain, signed, false);
    const vouched = vouch(evidence, chain);
    const page = renderEvidence({
      evidence,
      vouched,
      unbacked: unbacked(evidence, vouched, chain),
      rows: ownRows(chain, bundle),
      verdict,
      checkpoints: checkpoints.length,
    });
    await writeReport(resolve(cwd, report), page);
  }
  const told = `${rows.length} 行 rows${out === undefined ? '' : ` → ${out}`}${report === undefined ? '' : `；报告 report → ${report}`}\n`;
  if (out === undefined)
    stderr.write(told); // standard output is the rows, and nothing else
  else if (json)
    stdout.write(`${JSON.stringify(CliAuditExported.parse({ rows: rows.length, out, report: report ?? null }))}\n`);
  else stdout.write(told);
  return ExitCode.ok;
}

const ownRows = (rows: unknown[], bundleId: string): AuditRow[] =>
  rows.flatMap((row) => AuditRow.safeParse(row).data ?? []).filter((row) => row.bundleId === bundleId);

/** 审计链核验: of a file, offline, or of the running system. Names the first bad row and ends 1, or says ok with the head. */
export async function verifyAudit(
  invocation: Invocation,
  file: string | undefined,
  rawOptions: unknown,
): Promise<ExitCode> {
  const options = VerifyOptions.parse(rawOptions);
  const signed = await namedCheckpoints(invocation, options, file);
  const rows =
    file === undefined
      ? await fetchRows(await invocation.connect('read'))
      : readJsonLines(await named(invocation, file));
  const { verdict, checkpoints, asides, unreadable } = judge(rows, signed, options.extract);
  const restores = restoresIn(rows, [...checkpoints, ...asides]);
  const answer = CliAuditVerified.parse({
    ok: verdict.ok,
    size: verdict.ok ? verdict.size : null,
    head: verdict.ok ? verdict.head : null,
    checkpoints: checkpoints.length,
    firstBad: verdict.ok ? null : verdict.firstBad,
    why: verdict.ok ? null : verdict.why,
    restores,
  });
  const hints = [
    ...(unreadable > 0 ? [`! ${unreadable} 行检查点读不出来 lines of the checkpoints cannot be read`] : []),
    ...(options.extract ? [extractHint] : checkpoints.length === 0 && verdict.ok ? [noCheckpointHint] : []),
    ...restores.map(restoreHint),
  ];
  const said = verdict.ok
    ? `✓ 完好 ok  ${rows.length} 行 rows，检查点 checkpoints ${checkpoints.length}\n  链头 head  ${verdict.size}  ${verdict.head}`
    : `✖ 第一处不对 first bad row  ${verdict.firstBad || '–'}\n  ${verdict.why.zh}\n  ${verdict.why.en}`;
  invocation.print(answer, `${[said, ...hints].join('\n')}\n`);
  return verdict.ok ? ExitCode.ok : ExitCode.failed;
}

const noCheckpointHint =
  '! 没有检查点：末尾被截去、整链重写查不出来\n  Without checkpoints, rows cut off at the end or a chain rewritten as a whole cannot be seen';
const extractHint =
  '! 摘录只证明每一行本身未被改动，不证明中间没有缺行\n  An extract proves each row in itself, not that none between them is missing';

/** `checkpoints` are those that count for the verdict; `asides` only tell what a restore lost. */
function judge(rows: unknown[], signed: Signed | null, isExtract: boolean) {
  const unsigned = { checkpoints: [], asides: [], unreadable: 0 };
  if (isExtract) return { verdict: verifyExtract(rows), ...unsigned };
  if (!signed) return { verdict: verifyChain(rows), ...unsigned };
  const keys = readPublicKeys(signed.publicKey, signed.where);
  const asides = signed.asides.flatMap((text) => {
    const read = readCheckpoints(text, keys);
    return read.ok ? read.checkpoints : [];
  });
  const read = readCheckpoints(signed.checkpoints, keys);
  if (read.ok) {
    const { checkpoints, unreadable } = read;
    return { verdict: verifyChain(rows, checkpoints), checkpoints, asides, unreadable };
  }
  const { line, why } = read;
  const said = { zh: `检查点文件第 ${line} 行：${why.zh}`, en: `Line ${line} of the checkpoints: ${why.en}` };
  const chain = verifyChain(rows);
  const verdict: ChainVerdict = chain.ok ? { ok: false, firstBad: 0, why: said } : chain;
  return { verdict, ...unsigned };
}

function restoreHint({ row, restoredAt, backupAt, lostRows }: RestoreInChain): string {
  const told = `! 第 ${row} 行：数据库于 ${restoredAt} 从 ${backupAt} 的备份恢复\n  Row ${row}: the database was restored at ${restoredAt} from a backup of ${backupAt}`;
  if (!lostRows) return told;
  const { from, to } = lostRows;
  return `${told}\n  恢复之前写入的第 ${from}–${to} 行不在这条链上；检查点签过它们，证明它们有过\n  Rows ${from} to ${to}, written before that, are not in this chain; checkpoints that signed them prove that they were`;
}

const local = async ({ dataDir }: Invocation): Promise<Signed | null> => {
  const found = await localCheckpoints(dataDir);
  return found && { ...found, where: dataDir };
};

/** As named on the command line; for the running system, by default, what its own worker signed. */
async function namedCheckpoints(
  invocation: Invocation,
  { checkpoints, publicKey }: z.infer<typeof VerifyOptions>,
  file: string | undefined,
): Promise<Signed | null> {
  if (checkpoints === undefined && publicKey === undefined) return file === undefined ? local(invocation) : null;
  if (checkpoints === undefined || publicKey === undefined) {
    throw usage({
      zh: '--checkpoints 和 --public-key 要一起给：没有公钥，谁都可以写一个检查点。',
      en: 'Give --checkpoints and --public-key together: without the key anybody could have written a checkpoint.',
    });
  }
  return {
    checkpoints: await named(invocation, checkpoints),
    publicKey: await named(invocation, publicKey),
    asides: [],
    where: publicKey,
  };
}

const named = ({ cwd }: Invocation, path: string): Promise<string> =>
  readText(resolve(cwd, path)).catch((error: Error) => {
    throw usage({ zh: '文件读不了。', en: `The file cannot be read: ${error.message}` }, null, path);
  });
