import type { Paragraph } from '../model.ts';

type Cell = NonNullable<Paragraph['cell']>;

/** A table while it is being read. Row spans are known only once the rows below have come. */
export type OpenTable = {
  index: number;
  row: number;
  column: number;
  rowIsHeader: boolean;
  rowIsHidden: boolean;
  /** Cell that a column's vertical merge began in. */
  spanning: Map<number, Cell>;
  cell: Cell | null;
  /** The cell continues one above: Word shows none of its text. */
  covered: boolean;
  cells: Cell[];
};

export const openTable = (index: number): OpenTable => ({
  index,
  row: -1,
  column: 0,
  rowIsHeader: false,
  rowIsHidden: false,
  spanning: new Map(),
  cell: null,
  covered: false,
  cells: [],
});

export function startRow(table: OpenTable): void {
  table.row += 1;
  table.column = 0;
  table.rowIsHeader = false;
  table.rowIsHidden = false;
}

export function startCell(table: OpenTable): void {
  table.cell = { table: table.index, row: table.row, column: table.column, header: false, rowSpan: 1, columnSpan: 1 };
  table.covered = false;
  table.cells.push(table.cell);
}

/** `w:vMerge`: a restart opens a span, anything else lengthens the one above. */
export function mergeCell(table: OpenTable, restart: boolean): void {
  if (!table.cell) return;
  if (restart) {
    table.spanning.set(table.column, table.cell);
    return;
  }
  const above = table.spanning.get(table.column);
  if (!above) return;
  above.rowSpan = table.row - above.row + 1;
  table.covered = true;
}

export function endCell(table: OpenTable): void {
  if (!table.cell) return;
  if (!table.covered && table.spanning.get(table.column) !== table.cell) table.spanning.delete(table.column);
  table.cell.header = table.rowIsHeader;
  table.column += table.cell.columnSpan;
  table.cell = null;
}

/** Without a row that Word marks as header, the first of several rows is one; official tables nearly always have it. */
export function endTable(table: OpenTable): void {
  if (table.row < 1 || table.cells.some((cell) => cell.header)) return;
  for (const cell of table.cells) if (cell.row === 0) cell.header = true;
}
