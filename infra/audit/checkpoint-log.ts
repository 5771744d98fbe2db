import { open, readFile } from 'node:fs/promises';
import type { CheckpointLog } from '../../activities/audit/checkpointer.ts';
import { Checkpoint } from '../../schemas/audit.ts';

/** Checkpoints in a file, one JSON object a line, each on the disk before it counts. */
export function createCheckpointLog(path: string): CheckpointLog {
  return {
    async last() {
      const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return '';
        throw error;
      });
      // A power cut may have left half a line at the end; the checkpoint before it holds.
      for (const line of text.split('\n').reverse()) {
        const checkpoint = Checkpoint.safeParse(jsonOrUndefined(line));
        if (checkpoint.success) return checkpoint.data;
      }
      return null;
    },
    async append(checkpoint) {
      const file = await open(path, 'a+', 0o644);
      try {
        const { size } = await file.stat();
        const end = size > 0 ? (await file.read(Buffer.alloc(1), 0, 1, size - 1)).buffer.toString() : '\n';
        await file.appendFile(`${end === '\n' ? '' : '\n'}${JSON.stringify(checkpoint)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
    },
  };
}

function jsonOrUndefined(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
