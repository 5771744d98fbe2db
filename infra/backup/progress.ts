import type { Reporter } from '../local/report.ts';

/** How a long step tells what it does; `signal` breaks it off, and what was begun is undone. */
export type Progress = { report: Reporter; signal: AbortSignal };
