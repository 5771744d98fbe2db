import { z } from 'zod';
import { ExitCode } from '../../../schemas/cli.ts';
import { EmergenciesAnswer } from '../../../schemas/desk.ts';
import { emergenciesView } from '../desk-views.ts';
import type { Invocation } from '../invocation.ts';
import { beijingTime } from '../words.ts';
import { showStatus } from './release.ts';

const ReasonOptions = z.object({ reason: z.string().trim().min(1) });
const ReportOptions = z.object({ text: z.string().trim().min(1) });
const ListOptions = z.object({ year: z.coerce.number().int().min(2000).max(2100).optional() });

/** 应急通道: the gates' clocks run in hours from now on; none is skipped, and a report is owed afterwards. */
export async function declare(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('act');
  return showStatus(invocation, await api.declareEmergency(bundleId, ReasonOptions.parse(rawOptions)));
}

export async function report(invocation: Invocation, bundleId: string, rawOptions: unknown): Promise<ExitCode> {
  const api = await invocation.connect('act');
  return showStatus(invocation, await api.reportEmergency(bundleId, ReportOptions.parse(rawOptions)));
}

/** Data of the yearly report 年度报告. */
export async function list(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { year } = ListOptions.parse(rawOptions);
  const thisYear = Number(beijingTime(new Date().toISOString()).slice(0, 4));
  const answer = await (await invocation.connect('read')).emergencies(year ?? thisYear);
  invocation.print(EmergenciesAnswer.parse(answer), emergenciesView(answer, invocation.colors));
  return ExitCode.ok;
}
