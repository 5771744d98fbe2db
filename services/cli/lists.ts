import { resolve } from 'node:path';
import { loadRuleData, RuleListRefused } from '../../infra/rule-data/load.ts';
import type { RuleData } from '../../schemas/rules.ts';
import { usage } from './failure.ts';

/** The shipped lists and those of `--lists`, if any. Throws `CliFailure` where one cannot be used. */
export async function listsOrRefusal(cwd: string, directory: string | undefined): Promise<RuleData> {
  try {
    return await loadRuleData(directory === undefined ? undefined : resolve(cwd, directory));
  } catch (error) {
    if (error instanceof RuleListRefused) throw usage({ zh: '词表不能用。', en: error.message });
    throw error;
  }
}
