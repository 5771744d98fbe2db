import http from 'node:http';
import https from 'node:https';
import fetch, { type FormData, type Response } from 'node-fetch';

/** Proof that nothing happened: no byte of the request left this machine (no address, no connection, no TLS session). */
export class NotSent extends Error {
  override readonly name = 'NotSent';
  readonly code: string;

  constructor(where: string, code: string) {
    super(`请求没有发出：${where}（${code}）。Request was not sent: ${where} (${code}).`);
    this.code = code;
  }
}

/** The request may have been carried out. Before any repeat of an effect, ask the other side what it did. */
export class OutcomeUnknown extends Error {
  override readonly name = 'OutcomeUnknown';
  readonly code: string;

  constructor(where: string, code: string) {
    super(
      `请求可能已被执行，结果未知：${where}（${code}）。Request may have been carried out, outcome unknown: ${where} (${code}).`,
    );
    this.code = code;
  }
}

export type HttpRequest = {
  url: string | URL;
  method?: 'GET' | 'HEAD' | 'POST' | 'PUT';
  headers?: Record<string, string>;
  body?: string | Buffer | FormData;
  /** Milliseconds for everything, from the name look-up to the last byte. There is no request without a limit. */
  timeoutMs: number;
  /** Largest answer in bytes, after decompression. */
  maxBytes?: number;
  /** How many redirects are followed; by default a redirect is an answer like any other. */
  redirects?: number;
  /** Reuse of connections. Off unless asked for: node-fetch takes some complete answers on them for premature closes. */
  keepAlive?: boolean;
  /** The caller's own cancellation. */
  signal?: AbortSignal;
};

export type HttpAnswer = { status: number; contentType: string; body: Uint8Array; text(): string };

const agents = (keepAlive: boolean) => {
  const [plain, secure] = [new http.Agent({ keepAlive }), new https.Agent({ keepAlive })];
  return ({ protocol }: URL) => (protocol === 'https:' ? secure : plain);
};
const oneShot = agents(false);
const reusing = agents(true);

/** Codes that only the name look-up, the connection attempt or the TLS handshake gives. */
const BEFORE_SENDING =
  /^(ECONNREFUSED|ENOTFOUND|EAI_\w+|ERR_TLS_CERT_\w+|CERT_\w+|UNABLE_TO_\w+|\w*SELF_SIGNED_CERT\w*)$/;
const CONNECTING = ['connect', 'getaddrinfo'];

const property = (error: unknown, name: string): string | undefined => {
  const value = error instanceof Error ? (error as Error & Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value : undefined;
};

/**
 * Sends one request and reads the whole answer, whatever its status. Throws `NotSent` or `OutcomeUnknown` and nothing
 * else. Messages name origin and path only: the query may hold an access token.
 */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const { method = 'GET', timeoutMs, maxBytes = 4 * 1024 * 1024, redirects = 0, keepAlive = false } = options;
  const url = URL.parse(String(options.url));
  if (!url || !/^https?:$/.test(url.protocol)) throw new NotSent('unreadable address', 'ERR_INVALID_URL');
  const where = `${method} ${url.origin}${url.pathname}`;
  if (options.signal?.aborted) throw new NotSent(where, 'ABORTED');
  const timeout = AbortSignal.timeout(timeoutMs);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  try {
    const response: Response = await fetch(url, {
      method,
      signal,
      size: maxBytes,
      agent: keepAlive ? reusing : oneShot,
      redirect: redirects > 0 ? 'follow' : 'manual',
      follow: redirects,
      ...(options.headers ? { headers: options.headers } : {}),
      ...(options.body === undefined ? {} : { body: options.body }),
    });
    const body = new Uint8Array(await response.arrayBuffer());
    const contentType = response.headers.get('content-type') ?? '';
    return { status: response.status, contentType, body, text: () => new TextDecoder().decode(body) };
  } catch (error) {
    if (timeout.aborted) throw new OutcomeUnknown(where, 'TIMEOUT');
    if (signal.aborted) throw new OutcomeUnknown(where, 'ABORTED');
    const code = property(error, 'code') ?? property(error, 'type') ?? 'FAILED';
    const before = BEFORE_SENDING.test(code) || CONNECTING.includes(property(error, 'erroredSysCall') ?? '');
    throw before ? new NotSent(where, code) : new OutcomeUnknown(where, code);
  }
}
