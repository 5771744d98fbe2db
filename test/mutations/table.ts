import { basename } from 'node:path';

export type Result = { guard: string; file: string; by: string };

/** As docs/invariants.md shows it: the guards of a file that the same test noticed stand together. */
export function tableOf(results: readonly Result[]): string {
  const rows = Object.entries(Object.groupBy(results, ({ file, by }) => `| ${basename(file)} | ${by} |`));
  return [
    '| File | Noticed by | Guards |',
    '| --- | --- | --- |',
    ...rows.map(([row, together = []]) => `${row} ${together.map(({ guard }) => guard).join('; ')} |`),
    '',
  ].join('\n');
}
