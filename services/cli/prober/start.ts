import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { FromProber, type ProbedPage, type ProbeOrder, type ProbeStop, type ProbeVerdict } from './messages.ts';
import { answers } from './poll.ts';

export type Prober = {
  /** Resolves once every address was answered; rejects when the prober ended before. */
  watching: Promise<void>;
  /** Ends the prober; null where it died and cannot say what it saw. `postUrl`: an article of the WeChat post. */
  verdict(postUrl: string | null): Promise<ProbeVerdict | null>;
};

/** The public pages of one bundle on the website, per address family that answers there. */
export async function sitePages(
  websiteUrl: string,
  bundleId: string,
  interpretations: string[],
): Promise<ProbedPage[]> {
  const paths = [
    { page: 'policy', path: `policies/${bundleId}/` },
    ...interpretations.map((id) => ({ page: id, path: `policies/${bundleId}/interpretation/${id}/` })),
  ];
  const found = await Promise.all(
    siteAddresses(websiteUrl).map(async (address) => ((await answers(address)) ? address : undefined)),
  );
  return found
    .filter((address) => address !== undefined)
    .flatMap(({ url, family }) =>
      paths.map(({ page, path }) => ({
        group: 'website',
        page: `${page} IPv${family}`,
        url: new URL(path, url).href,
        family,
      })),
    );
}

/** A loopback address stands for both; a name is looked up in both families. */
function siteAddresses(websiteUrl: string): { url: string; family: 4 | 6 }[] {
  const base = new URL(websiteUrl.endsWith('/') ? websiteUrl : `${websiteUrl}/`);
  const at = (hostname: string) => {
    const url = new URL(base);
    url.hostname = hostname;
    return url.href;
  };
  if (['127.0.0.1', 'localhost', '[::1]'].includes(base.hostname)) {
    return [
      { url: at('127.0.0.1'), family: 4 },
      { url: at('[::1]'), family: 6 },
    ];
  }
  return [
    { url: base.href, family: 4 },
    { url: base.href, family: 6 },
  ];
}

/** Starts the prober as a process of its own. Dispose of it whatever happens: it would go on polling. */
export function startProber(order: Omit<z.input<typeof ProbeOrder>, 'kind'>): Prober & AsyncDisposable {
  const child = fork(fileURLToPath(new URL('./main.ts', import.meta.url)), {
    execArgv: ['--import', import.meta.resolve('../../../infra/jsx.ts')],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: {}, // it must know public addresses only
  });
  const ended = new Promise<null>((resolve) => {
    child.once('exit', () => resolve(null));
    child.once('error', () => resolve(null));
  });
  const watching = Promise.withResolvers<void>();
  const verdict = Promise.withResolvers<ProbeVerdict>();
  child.on('message', (raw) => {
    const message = FromProber.parse(raw);
    if (message.kind === 'watching') watching.resolve();
    else verdict.resolve(message.verdict);
  });
  void ended.then(() => watching.reject(new Error('The prober ended before it could watch')));
  watching.promise.catch(() => {}); // whoever waits sees it; nobody may be waiting
  child.send({ kind: 'probe', ...order } satisfies z.input<typeof ProbeOrder>);
  return {
    watching: watching.promise,
    async verdict(postUrl) {
      if (child.connected) child.send({ kind: 'stop', postUrl } satisfies ProbeStop);
      return Promise.race([verdict.promise, ended]);
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}
