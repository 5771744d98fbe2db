import type { Attributes } from '../xml.ts';
import { applyProperty, type Formatting } from './run-properties.ts';
import type { StoryWriter } from './story-writer.ts';
import type { Styles } from './styles.ts';
import { mergeCell } from './table.ts';

/** Takes in an element that formats what it stands in: a row, a cell, a paragraph or a run. `stack` ends in it. */
export function takeProperty(writer: StoryWriter, styles: Styles, stack: string[], attributes: Attributes): void {
  const name = stack.at(-1) ?? '';
  const parent = stack.at(-2);
  const { paragraph, run, tables } = writer.frame();
  const table = tables.at(-1);
  if (parent === 'w:trPr' && table) {
    if (name === 'w:tblHeader' && attributes('w:val') !== '0') table.rowIsHeader = true;
    if (name === 'w:hidden') table.rowIsHidden = true;
  } else if (parent === 'w:tcPr' && table?.cell) {
    if (name === 'w:gridSpan') table.cell.columnSpan = Math.min(Math.max(Number(attributes('w:val')) || 1, 1), 200);
    if (name === 'w:vMerge') mergeCell(table, attributes('w:val') === 'restart');
    if (name === 'w:shd') {
      const shade: Formatting = {};
      applyProperty(shade, name, attributes);
      if (shade.fill && shade.fill !== 'AUTO') writer.cellFill.set(table.cell, shade.fill);
    }
  } else if (stack.includes('w:pPr') && paragraph) {
    // `w:rPr` in `w:pPr` formats the paragraph mark, which nobody sees; its tracked change is one all the same.
    if (name === 'w:ins' || name === 'w:del') {
      const kind = name === 'w:ins' ? 'tracked-insertion' : 'tracked-deletion';
      paragraph.markChange = { kind, author: attributes('w:author') ?? null };
    } else if (name === 'w:pStyle') paragraph.style = attributes('w:val') ?? null;
    else if (name === 'w:sectPr') writer.state.pendingBreak = true;
    else if (name === 'w:type' && parent === 'w:sectPr' && attributes('w:val') === 'continuous') {
      writer.state.pendingBreak = false;
    } else if (!stack.includes('w:rPr') && !stack.includes('w:sectPr')) {
      applyProperty(paragraph.formatting, name, attributes);
    }
  } else if (stack.includes('w:rPr') && run) {
    if (name === 'w:rStyle') run.formatting = { ...characterStyle(styles, attributes('w:val')), ...run.formatting };
    else applyProperty(run.formatting, name, attributes);
  }
}

/** A character style over the paragraph's: only what the style itself says, without the document's defaults. */
function characterStyle(styles: Styles, id: string | undefined): Formatting {
  if (!id) return {};
  const defaults = styles.resolve(null);
  const own = Object.entries(styles.resolve(id)).filter(([key, value]) => defaults[key as keyof Formatting] !== value);
  return Object.fromEntries(own);
}
