import type { ToDisplay } from '../../activities/documents/display.ts';
import { type FileFinding, fileFinding } from '../../activities/documents/file-finding.ts';
import type { ReadDocument } from '../../activities/documents/read.ts';
import { corrupt, DocumentRefused } from '../../activities/documents/refusal.ts';
import type { Answer, Request } from './messages.ts';
import { DocumentWorker, type Outcome } from './worker.ts';

export type DocumentReader = {
  /** As activities/documents/read.ts, in a child process: a file that crashes or hangs the reader is a finding. */
  readDocument: ReadDocument;
  /** As activities/documents/display.ts, in a child process. Throws DocumentRefused. */
  toDisplay: ToDisplay;
  /** Ends the children. Tasks under way come back as failed. */
  close(): Promise<void>;
};

/** Reads documents where they can do no harm. Children start with the first file and serve all that follow. */
export function createDocumentReader({ workers = 1, timeLimitMs = 10_000, heapMegabytes = 192 } = {}): DocumentReader {
  const idle = Array.from({ length: workers }, () => new DocumentWorker(heapMegabytes));
  const all = [...idle];
  const waiting: ((worker: DocumentWorker) => void)[] = [];
  // Converting builds a tree of the document, for which mammoth takes a few times what the scan takes.
  const limits: Record<Request['task'], number> = { read: timeLimitMs, display: timeLimitMs * 6 };
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

  const run = async (task: Request['task'], input: never): Promise<Answer | { refused: FileFinding }> => {
    lastId += 1;
    const outcome = await withWorker({ id: lastId, task, input } as Request);
    return 'answer' in outcome ? outcome.answer : { refused: FAILED[outcome.failed](limits[task]) };
  };

  return {
    readDocument: async (file) => {
      const answer = await run('read', { mediaType: file.mediaType, file: file.file, bytes: file.bytes } as never);
      if ('refused' in answer) return { model: null, findings: [answer.refused] };
      if ('task' in answer && answer.task === 'read') return answer.result;
      throw new Error('The document reader answered something else');
    },
    toDisplay: async ({ mediaType, file, bytes, title, alternativeText }) => {
      const answer = await run('display', { mediaType, file, bytes, title, alternativeText } as never);
      if ('refused' in answer) throw new DocumentRefused(answer.refused);
      if ('task' in answer && answer.task === 'display') return answer.result;
      throw new Error('The document reader answered something else');
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
