/** One sentence for the person at the terminal, in both languages the project speaks. */
export interface Bilingual {
  zh: string;
  en: string;
}

/** Exit codes of the command line contract that local set-up can end with. */
export const exitCode = { failed: 1, usage: 2, dependency: 5 } as const;

/**
 * Something a person has to mend before the command can go on: what is wrong, and the one thing to do about it.
 * Everything else that is thrown is a defect of ours and keeps its stack.
 */
export class LocalFailure extends Error {
  readonly what: Bilingual;
  readonly mend: Bilingual;
  readonly exitCode: number;

  constructor(what: Bilingual, mend: Bilingual, code: number = exitCode.dependency) {
    super(`${what.zh} ${what.en}`);
    this.name = 'LocalFailure';
    this.what = what;
    this.mend = mend;
    this.exitCode = code;
  }
}

/** The text printed for a failure; ends in a newline. */
export function describeFailure(error: unknown): string {
  if (error instanceof LocalFailure) {
    const { what, mend } = error;
    return `✗ ${what.zh}\n  ${what.en}\n  怎么办: ${mend.zh}\n  To mend: ${mend.en}\n`;
  }
  return `✗ ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}

/** The first line of whatever was thrown, for the "why the earlier way did not work" notes. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0]?.trim() || 'unknown error';
}
