import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

type Stored = { status: number; headers: Record<string, string>; body: Buffer };

/**
 * A shared cache in front of a site, as an office's CDN would be: it keeps whatever it may keep, serves what need not be
 * asked about for as long as it likes, and revalidates the rest with the ETag (RFC 9111 at its most liberal).
 */
export async function startCachingProxy(origin: string) {
  const cache = new Map<string, Stored>();
  let served = 0;

  async function ask(path: string, method: string, headers: Record<string, string>): Promise<Stored> {
    const response = await fetch(origin + path, { method, headers });
    const body = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: Object.fromEntries(response.headers), body };
  }
  async function answer(path: string, method: string, asked: IncomingHttpHeaders): Promise<Stored> {
    const known = method === 'GET' || method === 'HEAD' ? cache.get(path) : undefined;
    if (known && !/no-cache/.test(known.headers['cache-control'] ?? '')) {
      served += 1;
      return known;
    }
    const tag = known?.headers.etag;
    const fresh = await ask(path, tag ? 'GET' : method, tag ? { 'if-none-match': tag } : rangeOf(asked));
    if (known && fresh.status === 304) {
      served += 1;
      return known;
    }
    cache.delete(path);
    const mayKeep = fresh.status === 200 && /public/.test(fresh.headers['cache-control'] ?? '');
    if (method === 'GET' && mayKeep) cache.set(path, fresh);
    return fresh;
  }

  const server = createServer(async (request, response) => {
    const { method = 'GET', url = '/' } = request;
    const { status, headers, body } = await answer(url, method, request.headers);
    const { 'content-length': _length, 'transfer-encoding': _encoding, connection: _connection, ...kept } = headers;
    response.writeHead(status, kept);
    response.end(method === 'HEAD' ? undefined : body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** How many answers came out of the cache: 0 would mean that it caches nothing. */
    served: () => served,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}

const rangeOf = ({ range }: IncomingHttpHeaders): Record<string, string> => (range ? { range } : {});
