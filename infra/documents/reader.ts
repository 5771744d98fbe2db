import type { Rasterise, ToDisplay } from '../../activities/documents/display.ts';
import { type FileFinding, fileFinding } from '../../activities/documents/file-finding.ts';
import type { ReadDocument } from '../../activities/documents/read.ts';
import { corrupt, DocumentRefused } from '../../activities/documents/refusal.ts';
import type { Typesetter } from '../../activities/rendering/printed-document.ts';
import type { Request, Task, Tasks } from './messages.ts';
import { DocumentWorker, type Outcome } from './worker.ts';

export type DocumentReader = {
  /** As activities/documents/read.ts, in a child process: a file that crashes or hangs the reader is a finding. */
  readDocument: ReadDocument;
  /** As activities/documents/display.ts, in a child process. Throws DocumentRefused. */
  toDisplay: ToDisplay;
  /** As rasterise.ts and ../typst/typesetter.ts, in the child since they hold their thread: others have a T0 to keep. */
  rasterise: Rasterise;
  typesetter: Typesetter;
  /** Has a child load what it will need, so that the first document does not wait for it. Never throws. */
  warmUp(what: 'reading' | 'rendering'): Promise<void>;
  /** Ends the children. Tasks under way come back as failed. */
  close(): Promise<void>;
};

/** Reads documents where they can do no harm. Children start with the first file and end after a minute without one. */
export function createDocumentReader({ workers = 1, timeLimitMs = 10_000, heapMegabytes = 192 } = {}): DocumentReader {
  const idle = Array.from({ length: workers }, () => new DocumentWorker(heapMegabytes));
  const all = [...idle];
  const waiting: ((worker: DocumentWorker) => void)[] = [];
  // Converting builds a tree of the document, for which mammoth takes a few times what the scan takes.
  const limits: Record<Task, number> = {
    read: timeLimitMs,
    display: timeLimitMs * 6,
    rasterise: timeLimitMs * 6,
    typeset: timeLimitMs * 6,
  };
  let lastId = 0;

  const withWorker = async (request: Request): Promise<Outcome> => {
    const worker = idle.pop() ?? (await new Promise<DocumentWorker>((resolve) => waiting.push(resolve)));
    try {
      return await worker.run(request, limits[request.task]);
    } finally {
      const next = waiting.shift();
      if (next) next(worker);
      else idle.push(worker);
    }
  };

  /** Throws DocumentRefused where the document is at fault, else an error of ours. */
  async function run<T extends Task>(task: T, input: Tasks[T]['input']): Promise<Tasks[T]['result']> {
    lastId += 1;
    const outcome = await withWorker({ id: lastId, task, input } as Request);
    if ('failed' in outcome) throw new DocumentRefused(FAILED[outcome.failed](limits[task]));
    const { answer } = outcome;
    if ('refused' in answer) throw new DocumentRefused(answer.refused);
    if ('result' in answer) return answer.result as Tasks[T]['result']; // the child answers the task it was given
    throw new Error('failed' in answer ? answer.failed : 'The document reader answered something else');
  }

  const toDisplay: ToDisplay = ({ mediaType, file, bytes, title, alternativeText }) =>
    run('display', { mediaType, file, bytes, title, alternativeText });
  const readDocument: ReadDocument = async ({ mediaType, file, bytes }) => {
    try {
      return await run('read', { mediaType, file, bytes });
    } catch (error) {
      if (error instanceof DocumentRefused) return { model: null, findings: [error.finding] };
      throw error;
    }
  };
  const typesetter: Typesetter = { pdf: (document) => run('typeset', document) };

  return {
    readDocument,
    toDisplay,
    rasterise: (svg) => run('rasterise', svg),
    typesetter,
    async warmUp(what) {
      const file = {
        mediaType: 'text/markdown',
        file: 'warm-up.md',
        bytes: new TextEncoder().encode('# 题\n\n正文\n'),
      };
      await Promise.allSettled(
        what === 'reading'
          ? [readDocument(file)]
          : [toDisplay({ ...file, title: '题' }), typesetter.pdf({ title: '题', issuingBody: '', blocks: [] })],
      );
    },
    close: async () => {
      await Promise.all(all.map((worker) => worker.close()));
    },
  };
}

const FAILED: Record<'timeout' | 'crash', (timeLimitMs: number) => FileFinding> = {
  timeout: (timeLimitMs) =>
    fileFinding(
      'FILE-TOO-LARGE',
      {
        zh: `文件在 ${timeLimitMs / 1000} 秒内没有读完，已经停止。`,
        en: `The file could not be read within ${timeLimitMs / 1000} s; reading was stopped.`,
      },
      {
        zh: '请拆分文件或者减少表格、图片后提交。',
        en: 'Split it, or reduce its tables and pictures, and submit it again.',
      },
    ),
  crash: () =>
    corrupt('读取时出错，超出内存或者结构异常', 'reading it failed, for memory or for its structure').finding,
};
