import { type ChildProcess, fork } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Answer, Request } from './messages.ts';

const ROOT = realpathSync(fileURLToPath(new URL('../../', import.meta.url)));
/** Installed packages may lie above the project (workspaces). */
const PACKAGES = realpathSync(fileURLToPath(import.meta.resolve('saxes/package.json'))).replace(
  /(.*[\\/]node_modules)[\\/].*/,
  '$1',
);
const READABLE = [
  PACKAGES,
  // node_modules under its own name too, as it may be a link: Node asks for both.
  ...['activities', 'infra', 'schemas', 'node_modules', 'package.json', 'tsconfig.json'].map((name) =>
    join(ROOT, name),
  ),
];

/** How the child is started. The environment is empty: no secret of the parent is in it. */
export const childOptions = (heapMegabytes: number): { execArgv: string[]; env: NodeJS.ProcessEnv } => ({
  execArgv: [
    `--max-old-space-size=${heapMegabytes}`,
    '--max-semi-space-size=8',
    '--permission',
    ...READABLE.map((path) => `--allow-fs-read=${path}`),
    // For the renderer of drawings and for Typst, which are ours; addons cannot come from a document.
    '--allow-addons',
    '--disallow-code-generation-from-strings',
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
  ],
  env: {},
});

/** The child cannot be started, whatever the file: a matter of the machine. `message` says what it complained of. */
export class DocumentReaderUnavailable extends Error {
  override readonly name = 'DocumentReaderUnavailable';
}

export type Outcome = { answer: Answer } | { failed: 'timeout' | 'crash' };

/** A child that loaded fonts and libraries holds 130–260 MB, and is back within a second. */
const restAfterMs = 60_000;

/** One child process that does one task at a time; started when needed, and ended after a minute without work. */
export class DocumentWorker {
  private child: Promise<ChildProcess> | null = null;
  private rest: NodeJS.Timeout | undefined;
  private readonly heapMegabytes: number;

  constructor(heapMegabytes: number) {
    this.heapMegabytes = heapMegabytes;
  }

  /**
   * Throws DocumentReaderUnavailable, and only where the child cannot be started at all. A child that dies is tried once more with the same task: it
   * may have been ended from outside, and a file must not be blamed for that.
   */
  async run(request: Request, timeLimitMs: number): Promise<Outcome> {
    const outcome = await this.attempt(request, timeLimitMs);
    return 'failed' in outcome && outcome.failed === 'crash' ? this.attempt(request, timeLimitMs) : outcome;
  }

  private async attempt(request: Request, timeLimitMs: number): Promise<Outcome> {
    clearTimeout(this.rest);
    this.child ??= start(this.heapMegabytes);
    let child: ChildProcess;
    try {
      child = await this.child;
    } catch (error) {
      this.child = null;
      throw error;
    }
    child.ref();
    child.channel?.ref();
    const outcome = await this.exchange(child, request, timeLimitMs);
    if ('failed' in outcome) {
      this.child = null;
      child.kill('SIGKILL');
    } else {
      // An idle child keeps nobody from ending; it ends by itself when the channel closes.
      child.unref();
      child.channel?.unref();
      this.rest = setTimeout(() => {
        this.child = null;
        child.kill('SIGKILL');
      }, restAfterMs).unref();
    }
    return outcome;
  }

  private exchange(child: ChildProcess, request: Request, timeLimitMs: number): Promise<Outcome> {
    return new Promise((resolve) => {
      const settle = (outcome: Outcome) => {
        clearTimeout(timer);
        child.removeAllListeners('message');
        child.removeAllListeners('exit');
        resolve(outcome);
      };
      const timer = setTimeout(() => settle({ failed: 'timeout' }), timeLimitMs);
      child.on('message', (answer: Answer) => {
        if ('id' in answer && answer.id === request.id) settle({ answer });
      });
      child.on('exit', () => settle({ failed: 'crash' }));
      child.send(request, (error) => {
        if (error) settle({ failed: 'crash' });
      });
    });
  }

  async close(): Promise<void> {
    clearTimeout(this.rest);
    const child = await this.child?.catch(() => null);
    this.child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.ref(); // waited for: an unreferenced child would let the process end in the middle
    await new Promise<void>((resolve) => {
      child.once('exit', () => resolve());
      child.kill('SIGKILL');
    });
  }
}

function start(heapMegabytes: number): Promise<ChildProcess> {
  const child = fork(join(ROOT, 'infra', 'documents', 'child.ts'), {
    ...childOptions(heapMegabytes),
    cwd: ROOT,
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2000);
  });
  (child.stderr as (NodeJS.ReadableStream & { unref?(): void }) | null)?.unref?.();
  return new Promise((resolve, reject) => {
    child.once('message', () => {
      child.removeAllListeners('exit');
      resolve(child);
    });
    child.once('exit', (code) => reject(new DocumentReaderUnavailable(`exit ${code}: ${complaint}`)));
    child.once('error', (error) => reject(new DocumentReaderUnavailable(error.message, { cause: error })));
  });
}
