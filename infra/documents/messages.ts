import type { Display, DisplayInput } from '../../activities/documents/display.ts';
import type { FileFinding } from '../../activities/documents/file-finding.ts';
import type { FileToRead } from '../../activities/documents/inspect.ts';
import type { ReadResult } from '../../activities/documents/read.ts';
import type { PrintedDocument } from '../../activities/rendering/printed-document.ts';

/** What the child does: for each task what it is given, and what it answers. */
export type Tasks = {
  read: { input: FileToRead; result: ReadResult };
  display: { input: DisplayInput; result: Display };
  rasterise: { input: Uint8Array; result: Uint8Array };
  typeset: { input: PrintedDocument; result: Uint8Array };
};
export type Task = keyof Tasks;

/** What parent and child say to each other over the IPC channel; both are this program. */
export type Request = { [T in Task]: { id: number; task: T; input: Tasks[T]['input'] } }[Task];

export type Answer =
  | { ready: true }
  | { id: number; result: Tasks[Task]['result'] }
  /** The document's fault. */
  | { id: number; refused: FileFinding }
  /** Ours: what was to be drawn or set is of our own making. */
  | { id: number; failed: string };
