import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { NotSent, OutcomeUnknown, request } from '../../infra/http/request.ts';

let server: Server;
let url: string;
const connections: (string | undefined)[] = [];

beforeEach(async () => {
  connections.length = 0;
  server = createServer((incoming, answer) => {
    connections.push(incoming.headers.connection);
    if (incoming.url === '/redirect') return void answer.writeHead(302, { location: '/big' }).end();
    if (incoming.url === '/big') return void answer.end('x'.repeat(10_000));
    if (incoming.url?.startsWith('/silent')) return;
    if (incoming.url === '/broken')
      return void answer.writeHead(200, { 'content-length': '10' }).write('half', () => incoming.socket.destroy());
    answer.writeHead(503, { 'content-type': 'text/plain' }).end('busy');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
});
afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const thrown = (promise: Promise<unknown>) =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

test('any status is an answer, not an error', async () => {
  const answer = await request({ url, timeoutMs: 5000 });
  expect([answer.status, answer.contentType, answer.text()]).toEqual([503, 'text/plain', 'busy']);
});

test('a redirect is an answer unless following was asked for', async () => {
  expect((await request({ url: `${url}/redirect`, timeoutMs: 5000 })).status).toBe(302);
  expect((await request({ url: `${url}/redirect`, timeoutMs: 5000, redirects: 1 })).body).toHaveLength(10_000);
});

test('connections are not kept unless asked for', async () => {
  await request({ url, timeoutMs: 5000 });
  await request({ url, timeoutMs: 5000, keepAlive: true });
  expect(connections).toEqual(['close', 'keep-alive']);
});

describe('outcome unknown', () => {
  test.each([
    ['an answer that is too large', { path: '/big', maxBytes: 9999 }, 'max-size'],
    ['a server that never answers', { path: '/silent', timeoutMs: 50 }, 'TIMEOUT'],
    ['a connection cut in the answer', { path: '/broken' }, expect.any(String)],
  ])('%s', async (_what, { path, ...options }, code) => {
    const error = await thrown(request({ url: `${url}${path}`, timeoutMs: 5000, ...options }));
    expect(error).toBeInstanceOf(OutcomeUnknown);
    expect(error).toMatchObject({ code });
  });

  test("the caller's cancellation after sending", async () => {
    const cancel = new AbortController();
    server.once('request', () => cancel.abort());
    const error = await thrown(request({ url: `${url}/silent`, timeoutMs: 5000, signal: cancel.signal }));
    expect(error).toMatchObject({ name: 'OutcomeUnknown', code: 'ABORTED' });
  });

  test('a connection reset after the request arrived', async () => {
    const resets = createTcpServer((socket) => void socket.once('data', () => socket.resetAndDestroy()));
    await new Promise<void>((resolve) => resets.listen(0, '127.0.0.1', resolve));
    const address = resets.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const error = await thrown(
      request({ url: `http://127.0.0.1:${port}/`, method: 'POST', body: '{}', timeoutMs: 5000 }),
    );
    expect(error).toMatchObject({ name: 'OutcomeUnknown', code: 'ECONNRESET' });
    resets.close();
  });
});

describe('not sent', () => {
  test.each([
    ['nobody listens', 'http://127.0.0.1:1/', 'ECONNREFUSED'],
    ['the address cannot be read', 'not an address', 'ERR_INVALID_URL'],
    ['the scheme is not http', 'file:///etc/passwd', 'ERR_INVALID_URL'],
  ])('%s', async (_what, address, code) => {
    const error = await thrown(request({ url: address, timeoutMs: 5000 }));
    expect(error).toBeInstanceOf(NotSent);
    expect(error).toMatchObject({ code });
  });

  test('the caller had cancelled before', async () => {
    const error = await thrown(request({ url, timeoutMs: 5000, signal: AbortSignal.abort() }));
    expect(error).toBeInstanceOf(NotSent);
    expect(connections).toEqual([]);
  });
});

test('no error text repeats the query, where tokens are', async () => {
  const error = await thrown(request({ url: `${url}/silent?access_token=abc`, timeoutMs: 50 }));
  expect(String(error)).toContain('/silent');
  expect(String(error)).not.toContain('abc');
});
