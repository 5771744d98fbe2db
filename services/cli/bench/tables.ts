import Table from 'cli-table3';
import type { Budget, Machine } from '../../../schemas/bench.ts';

/** A heading cell may have two lines: Chinese, then English below it. */
export type Rows = { head: string[]; rows: string[][] };

export function terminalTable({ head, rows }: Rows): string {
  const drawn = new Table({ head, style: { head: [], border: [] } });
  drawn.push(...rows);
  return drawn.toString();
}

export const markdownTable = ({ head, rows }: Rows): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ').replaceAll('\n', ' ')} |`).join('\n');

const VERDICTS = { true: '✔ 达到 within', false: '✖ 超出 over', null: '– 未测 not measured' };

export const budgetTable = (budgets: readonly Budget[]): Rows => ({
  head: ['预算 budget of', '实测 measured', '预算 budget', ''],
  rows: budgets.map(({ what, figure, budget, kept }) => [what, figure, budget, VERDICTS[`${kept}`]]),
});

export const round = (value: number): string => String(Math.round(value));

export const machineLine = (on: Machine): string =>
  `${on.processor}, ${on.processors} × ${on.system}, ${round(on.memoryBytes / 2 ** 30)} GiB, load ${on.load.toFixed(1)}`;
