import type { Output } from '../../infra/local/report.ts';

/**
 * Draws a text over its earlier version where that can be done; a pipe gets each version below the other. Long lines
 * are cut by the terminal itself: a line that wrapped would take two rows, and the next drawing would miss one.
 */
export function liveView(output: Output) {
  let rows = 0;
  return {
    draw(text: string): void {
      if (!output.isTTY) {
        output.write(`${text}\n`);
        return;
      }
      const erase = rows > 0 ? `\x1b[${rows}A\x1b[0J` : '';
      output.write(`${erase}\x1b[?7l${text}\x1b[?7h`);
      rows = text.split('\n').length - 1;
    },
  };
}
