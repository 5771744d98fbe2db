import pc from 'picocolors';

/** One piece of work as the person at the terminal follows it. */
export interface Step {
  /** What it is doing now; `fraction` (0 to 1) draws a bar where the end is known. */
  progress(doing: string, fraction?: number): void;
  /** Kept on the screen: why a way did not work, or why this takes long. */
  note(text: string): void;
  done(result: string): void;
  failed(reason: string): void;
}

export interface Reporter {
  step(title: string): Step;
  line(text: string): void;
}

/** The part of a terminal or pipe that reporting needs. */
export interface Output {
  isTTY?: boolean;
  columns?: number;
  write(text: string): unknown;
}

/** Says nothing; for tests and for what runs inside other programs. */
export const silentReporter: Reporter = {
  step: () => ({ progress() {}, note() {}, done() {}, failed() {} }),
  line() {},
};

/** Terminals get moving lines, everything else (pipes, CI) plain ones that stay. */
export const createReporter = (output: Output): Reporter =>
  output.isTTY ? movingReporter(output) : plainReporter(output);

const seconds = (since: number): string => `${((performance.now() - since) / 1000).toFixed(1)} s`;

function plainReporter(output: Output): Reporter {
  const line = (text: string) => void output.write(`${text}\n`);
  return {
    line,
    step(title) {
      const since = performance.now();
      let told = since;
      return {
        progress(doing, fraction) {
          // Shows a log reader that a long step still moves, without a flood.
          if (performance.now() - told < 15_000) return;
          told = performance.now();
          line(
            `… ${title}  ${doing}${fraction === undefined ? '' : `  ${Math.round(fraction * 100)} %`}  ${seconds(since)}`,
          );
        },
        note: (text) => line(`  ${title}: ${text}`),
        done: (result) => line(`✓ ${title}  ${result}  ${seconds(since)}`),
        failed: (reason) => line(`✗ ${title}  ${reason}  ${seconds(since)}`),
      };
    },
  };
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];

/** Running steps are redrawn at the foot of the screen; whatever is final scrolls up above them. */
function movingReporter(output: Output): Reporter {
  const running = new Set<{ title: string; since: number; doing: string; fraction: number | undefined }>();
  let drawn = 0;
  let frame = 0;
  let timer: NodeJS.Timeout | undefined;

  const erase = () => {
    if (drawn > 0) output.write(`\x1b[${drawn}A\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    const spinner = frames[frame++ % frames.length] ?? '';
    const lines = [...running].map(({ title, since, doing, fraction }) =>
      clip(
        `${spinner} ${title}  ${fraction === undefined ? '' : `${bar(fraction)} `}${doing}  ${seconds(since)}`,
        output.columns ?? 80,
      ),
    );
    output.write(lines.map((text) => `${text}\n`).join(''));
    drawn = lines.length;
  };
  const above = (text: string) => {
    erase();
    output.write(`${text}\n`);
    draw();
  };
  const tick = () => {
    erase();
    draw();
  };

  return {
    line: above,
    step(title) {
      const state = { title, since: performance.now(), doing: '', fraction: undefined as number | undefined };
      running.add(state);
      // Never keeps the process alive by itself: what is being waited for does.
      timer ??= setInterval(tick, 100).unref();
      const end = (text: string) => {
        running.delete(state);
        above(text);
        if (running.size > 0) return;
        clearInterval(timer);
        timer = undefined;
      };
      return {
        progress(doing, fraction) {
          Object.assign(state, { doing, fraction });
        },
        note: (text) => above(pc.dim(`  ${title}: ${text}`)),
        done: (result) => end(`${pc.green('✓')} ${pc.bold(title)}  ${result}  ${pc.dim(seconds(state.since))}`),
        failed: (reason) => end(`${pc.red('✗')} ${pc.bold(title)}  ${reason}  ${pc.dim(seconds(state.since))}`),
      };
    },
  };
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * 20);
  return `${'█'.repeat(full)}${'░'.repeat(20 - full)} ${String(Math.round(fraction * 100)).padStart(3)} %`;
}

/** A line that wraps would be erased wrongly; Chinese characters take two columns. */
function clip(text: string, columns: number): string {
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += /[⺀-￦]/.test(character) ? 2 : 1;
    if (width >= columns) return kept;
    kept += character;
  }
  return kept;
}
