import { createServer, type Server, type Socket, connect as tcp } from 'node:net';

/**
 * What happens to one request on its way:
 * - `pass` – nothing
 * - `stall` – the server gets it and answers, the client never hears (it has to give up by itself)
 * - `cut` – the server answers, then the client's connection is reset: it happened, and nobody was told
 * - `half-close` – the server answers, the client gets a clean end without an answer
 * - `truncate` – the client gets the head and half of the body, then a reset (premature close)
 * - `refuse` – the connection is reset before the server sees a byte
 * - `garbage` – the client gets an HTML page of some gateway instead of the server's answer
 */
export type Fault = 'pass' | 'stall' | 'cut' | 'half-close' | 'truncate' | 'refuse' | 'garbage';
/** Chooses by the request's head (`POST /path?query HTTP/1.1` and its headers). */
export type Choose = (head: string) => Fault;

const GARBAGE = '<html><body>502 Bad Gateway</body></html>';

export type FaultProxy = {
  url: string;
  /** The request lines that passed, in order. */
  seen: string[];
  /** From now on, `choose` decides; `pass` for everything at the start. */
  fault(choose: Choose): void;
  /** Every request that matches meets `fault` once; then all pass. */
  once(fault: Fault, path: RegExp): void;
  close(): Promise<void>;
};

/** Stands between a client and `upstream` (`http://host:port`). Each connection carries requests one after the other. */
export async function startFaultProxy(upstream: string): Promise<FaultProxy> {
  const target = new URL(upstream);
  const seen: string[] = [];
  const open = new Set<Socket>();
  let choose: Choose = () => 'pass';

  const serve = (client: Socket) => {
    open.add(client);
    const server = tcp(Number(target.port), target.hostname);
    open.add(server);
    for (const [one, other] of [
      [client, server],
      [server, client],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => open.delete(one));
    }
    client.on('close', () => server.end());
    let fault: Fault = 'pass';

    client.on('data', (chunk) => {
      const head = chunk.toString('latin1').split('\r\n\r\n')[0] ?? '';
      if (/^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(head)) {
        seen.push(head.split('\r\n')[0] ?? '');
        fault = choose(head);
        if (fault === 'refuse') {
          client.resetAndDestroy();
          server.destroy();
          return;
        }
      }
      server.write(chunk);
    });
    server.on('data', (chunk) => {
      if (fault === 'pass') return void client.write(chunk);
      if (fault === 'cut') client.resetAndDestroy();
      if (fault === 'half-close') client.end();
      if (fault === 'truncate') {
        const body = chunk.indexOf('\r\n\r\n') + 4;
        client.write(chunk.subarray(0, body + Math.floor((chunk.length - body) / 2)), () => client.resetAndDestroy());
      }
      if (fault === 'garbage') {
        client.end(
          `HTTP/1.1 502 Bad Gateway\r\ncontent-type: text/html\r\ncontent-length: ${GARBAGE.length}\r\n\r\n${GARBAGE}`,
        );
      }
    });
    server.on('end', () => fault !== 'stall' && client.end());
  };

  const listener: Server = createServer({ allowHalfOpen: true }, serve);
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const address = listener.address();
  if (typeof address !== 'object' || !address) throw new Error('The proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    seen,
    fault(next) {
      choose = next;
    },
    once(fault, path) {
      let met = false;
      choose = (head) => {
        if (met || !path.test(head)) return 'pass';
        met = true;
        return fault;
      };
    },
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}
