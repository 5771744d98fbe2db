import type { RuleSetListing } from '../../../schemas/rules.ts';
import { GATE_ORDER, gateName, SEVERITIES } from './words.ts';

/** docs/rules.md. Generated, so that the page never says less than the rules do; a test fails when it is stale. */
export function rulesMarkdown({ codes }: RuleSetListing): string {
  const sections = GATE_ORDER.map((gate) => {
    const rows = codes
      .filter((code) => code.gate === gate)
      .map(
        ({ code, severity, overridable, title, source, good, bad }) =>
          `| \`${code}\` | ${SEVERITIES[severity].zh} ${severity}${overridable ? '<br>可两人放行 overridable' : ''} | ${cell(title.zh)}<br>${cell(title.en)} | ${cell(source)} | ${cell(good)} | ${cell(bad)} |`,
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

An \`error\` has to be mended before a gate can be signed; where it is marked *overridable*, a reviewer of the gate may ask,
and a second person confirm, each with a reason, that it passes. A \`warning\` needs the reviewer's written answer. A note
(\`info\`) is for information. Findings help a reviewer, who decides. A rule is one file in \`activities/checks/<gate>/\`;
word lists are data in \`infra/rule-data/\` with owner, source and effective dates, and an office adds its own with
\`lockstep check --lists DIR\`.

## Lists of an office 本单位的词表

A directory of .yaml or .json files, each with its owner, source and effective dates; a list applies to documents of
those days. A file that is not in its form is refused when it is loaded, with its place. Kinds (\`list\`): \`typos\`
错别字, \`institutions\` 机构规范名称 and \`roster\` 领导同志名单 of one \`place\`, \`laws\` 法律法规的施行和废止, \`permits\`
既有许可, \`formulas\` 固定表述, \`terms\` 用语 (a regular expression for each). The shipped ones in
\`infra/rule-data/\` are small samples; 云溪区 is invented.

\`\`\`yaml
list: typos
owner: 区政府办公室文电科
source: 本单位校对记录
effectiveFrom: '2026-01-01'
effectiveUntil: null
entries:
  # 补充|份额 is no 充份: characters that make other words of it
  - { wrong: 充份, right: 充分, notAfter: 补扩, notBefore: 额数 }
\`\`\`
`;
