import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import type { Answer, Asked } from './answer.ts';

type Deps = {
  answer: (asked: Asked) => Promise<Answer>;
  /** Whether this instance can do its work: reasons in plain words, empty when it can. */
  notReady: () => Promise<string[]>;
  log: Logger;
};

const noAnswer: Answer = {
  status: 503,
  headers: { 'cache-control': 'no-store', 'retry-after': '5', 'content-type': 'text/plain; charset=utf-8' },
  body: '网站暂时无法查询，请稍后再试。\nThe site cannot look this up right now. Please try again.\n',
};

export type RunningSite = { ports: number[]; close(): Promise<void> };

/** Listens on every given address; a public site listens on IPv4 and on IPv6. Resolves once all are open. */
export async function startSite({ answer, notReady, log }: Deps, addresses: string[]): Promise<RunningSite> {
  const ready = async (): Promise<Answer> => {
    const reasons = await notReady();
    const headers = { 'content-type': 'application/json', 'cache-control': 'no-store' };
    return {
      status: reasons.length === 0 ? 200 : 503,
      headers,
      body: JSON.stringify({ ready: reasons.length === 0, reasons }),
    };
  };
  const servers = addresses.map(() =>
    createServer((request, response) => {
      const asked = {
        method: request.method ?? 'GET',
        pathname: (request.url ?? '/').replace(/[?#].*$/s, ''),
        ifNoneMatch: request.headers['if-none-match'],
      };
      (asked.pathname === '/readyz' ? ready() : answer(asked))
        .catch((error) => {
          log.error({ err: error }, 'request could not be answered'); // the address is not logged: it may be a guess at T0
          return noAnswer;
        })
        .then(({ status, headers, body }) => {
          const length = status === 304 ? {} : { 'content-length': Buffer.byteLength(body) };
          response.writeHead(status, { ...headers, ...length });
          response.end(asked.method === 'HEAD' ? undefined : body);
        })
        .catch((error) => response.destroy(error));
    }),
  );
  await Promise.all(servers.map((server, index) => listen(server, addresses[index] ?? '')));
  log.info({ addresses }, 'site is listening');
  return {
    ports: servers.map((server) => (server.address() as AddressInfo).port),
    async close() {
      await Promise.all(servers.map((server) => new Promise((done) => server.close(done).closeIdleConnections())));
    },
  };
}

const listen = (server: Server, address: string) =>
  new Promise<void>((resolve, reject) => {
    const { host, port } = splitAddress(address);
    server.once('error', reject);
    // Without ipv6Only an IPv6 wildcard would take the IPv4 port as well, and the second listener would fail.
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      server.off('error', reject);
      resolve();
    });
  });

/** `127.0.0.1:7620` or `[::1]:7620`. */
export function splitAddress(address: string): { host: string; port: number } {
  const [, host = '', port = ''] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(address) ?? [];
  return { host, port: Number(port) };
}
