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

/** What the operating system says when it has no more room or forbids something, wherever that happens. */
const system: Record<string, { what: Bilingual; mend: Bilingual }> = {
  ENOSPC: {
    what: { zh: '磁盘已满', en: 'The disk is full' },
    mend: { zh: '腾出空间，或用 LOCKSTEP_DATA_DIR 换到别的磁盘', en: 'make room, or move with LOCKSTEP_DATA_DIR' },
  },
  EACCES: {
    what: { zh: '没有权限', en: 'Permission denied' },
    mend: { zh: '检查该路径的属主与权限', en: 'check owner and mode of the path' },
  },
  EROFS: {
    what: { zh: '文件系统只读', en: 'The file system is read-only' },
    mend: {
      zh: '用 LOCKSTEP_DATA_DIR 指向可写的目录',
      en: 'point LOCKSTEP_DATA_DIR at a directory that can be written',
    },
  },
};

function fromSystem(error: unknown): LocalFailure | undefined {
  const { code = '', path } = (error ?? {}) as NodeJS.ErrnoException;
  const known = system[code];
  if (!known) return undefined;
  const where = path ? ` (${path})` : '';
  return new LocalFailure({ zh: known.what.zh + where, en: known.what.en + where }, known.mend);
}

/** The text printed for a failure; ends in a newline. */
export function describeFailure(thrown: unknown): string {
  const error = fromSystem(thrown) ?? thrown;
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
