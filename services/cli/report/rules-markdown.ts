import type { RuleSetListing } from '../../../schemas/rules.ts';
import { GATE_ORDER, gateName, SEVERITIES } from './words.ts';

/** docs/rules.md. Generated, so that the page never says less than the rules do; a test fails when it is stale. */
export function rulesMarkdown({ codes }: RuleSetListing): string {
  const sections = GATE_ORDER.map((gate) => {
    const rows = codes
      .filter((code) => code.gate === gate)
      .map(
        ({ code, severity, title, source, good, bad }) =>
          `| \`${code}\` | ${SEVERITIES[severity].zh} ${severity} | ${cell(title.zh)}<br>${cell(title.en)} | ${cell(source)} | ${cell(good)} | ${cell(bad)} |`,
      );
    const { zh, en } = gateName(gate);
    return [
      `## ${zh} ${en}`,
      '',
      '| code | severity | 意思 meaning | 依据 source | 正确 good | 错误 bad |',
      '|---|---|---|---|---|---|',
      ...rows,
    ].join('\n');
  });
  return `${HEAD}\n${sections.join('\n\n')}\n`;
}

const cell = (text: string) => text.replace(/\|/gu, '\\|').replace(/</gu, '&lt;').replace(/\*/gu, '\\*');

const HEAD = `# Rules 检查规则

Made from the rules by \`npx lockstep rules --markdown > docs/rules.md\`; do not edit by hand.

An \`error\` has to be mended before a gate can be signed. A \`warning\` needs the reviewer's written answer. A note
(\`info\`) is for information. Findings help a reviewer, who decides. A rule is one file in \`activities/checks/<gate>/\`;
word lists are data in \`infra/rule-data/\` with owner, source and effective dates, and an office adds its own with
\`lockstep check --lists DIR\`.
`;
