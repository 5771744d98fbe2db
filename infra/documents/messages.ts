import type { Display, DisplayInput } from '../../activities/documents/display.ts';
import type { FileFinding } from '../../activities/documents/file-finding.ts';
import type { FileToRead } from '../../activities/documents/inspect.ts';
import type { ReadResult } from '../../activities/documents/read.ts';

/** What parent and child say to each other over the IPC channel; both are this program. */
export type Request =
  | { id: number; task: 'read'; input: FileToRead }
  | { id: number; task: 'display'; input: DisplayInput };

export type Answer =
  | { ready: true }
  | { id: number; task: 'read'; result: ReadResult }
  | { id: number; task: 'display'; result: Display }
  | { id: number; refused: FileFinding };
