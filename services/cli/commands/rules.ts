import { z } from 'zod';
import { ruleListing } from '../../../activities/checks/listing.ts';
import { ExitCode } from '../../../schemas/cli.ts';
import { RuleSetListing } from '../../../schemas/rules.ts';
import type { Invocation } from '../invocation.ts';
import { listsOrRefusal } from '../lists.ts';
import { rulesMarkdown } from '../report/rules-markdown.ts';
import { gateName, SEVERITIES } from '../report/words.ts';

const Options = z.object({ markdown: z.boolean().default(false), lists: z.string().optional() });

/** Every code with its gate, severity, source and examples; `--markdown` is what docs/rules.md is made of. */
export async function rules(invocation: Invocation, rawOptions: unknown): Promise<ExitCode> {
  const { markdown, lists } = Options.parse(rawOptions);
  const listing = RuleSetListing.parse(ruleListing(await listsOrRefusal(invocation.cwd, lists)));
  const lines = listing.codes.map(
    ({ code, gate, severity, title, source }) =>
      `${code.padEnd(26)} ${gateName(gate).zh} ${SEVERITIES[severity].zh}  ${title.zh}\n${' '.repeat(27)}${title.en}\n${' '.repeat(27)}${source}`,
  );
  invocation.print(
    listing,
    markdown ? rulesMarkdown(listing) : `${lines.join('\n')}\n规则集 rule set: ${listing.ruleSet}\n`,
  );
  return ExitCode.ok;
}
