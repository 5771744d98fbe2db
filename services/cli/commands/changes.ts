import type pc from 'picocolors';
import { ExitCode } from '../../../schemas/cli.ts';
import type { Hunk, PartChange } from '../../../schemas/revision-change.ts';
import type { Invocation } from '../invocation.ts';
import { partName } from '../words.ts';

/** 版本比较: what each revision changed, word by word, and which decisions stand or fell by it. */
export async function changes(invocation: Invocation, bundleId: string): Promise<ExitCode> {
  const { colors, print } = invocation;
  const answer = await (await invocation.connect('read')).changes(bundleId);
  const lines = answer.revisions.flatMap(({ revision, fromRevision, changes: parts, kept, fell }) => [
    colors.bold(`第 ${fromRevision} 稿 → 第 ${revision} 稿  revision ${fromRevision} → ${revision}`),
    `仍然有效 stand  ${kept.join('、') || '—'}    作废 fell  ${fell.join('、') || '—'}`,
    ...parts.flatMap((part) => ['', partLine(part, colors), ...hunkLines(part.hunks, colors)]),
    '',
  ]);
  print(answer, `${lines.join('\n')}\n`);
  return ExitCode.ok;
}

const kinds = { added: '新增 added', removed: '删去 removed', changed: '改动 changed' } as const;

const partLine = ({ part, item, kind, voids }: PartChange, colors: ReturnType<typeof pc.createColors>) =>
  colors.bold(`${partName[part]} ${item ?? part}  ${kinds[kind]}`) +
  (voids.length > 0 ? `  → 须重审 void: ${voids.join('、')}` : '');

function hunkLines(hunks: Hunk[], colors: ReturnType<typeof pc.createColors>): string[] {
  if (hunks.length === 0) return ['  （文字没有变化 no text changed）'];
  const text = hunks
    .map(({ op, text: words }) => {
      if (op === 'same') return words;
      // Marks too, not colour alone: it may be printed, or read by somebody who sees no red.
      return op === 'added' ? colors.green(`{+${words}+}`) : colors.red(`[-${words}-]`);
    })
    .join('');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => `  ${line}`);
}
