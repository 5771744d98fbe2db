import { connect, createServer, type Socket } from 'node:net';

export type TcpProxy = {
  port: number;
  /** Ends every connection, and each new one at once: a refused network. */
  cut(): void;
  /** Keeps connections open and lets nothing through: a network that swallows packets. */
  stall(): void;
  heal(): void;
  close(): Promise<void>;
};

/** A loopback proxy that can break the way to `target` in the ways a network does. */
export async function startTcpProxy(target: { host: string; port: number }): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'stalled' = 'open';

  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('error', () => undefined); // a broken connection is what this is for
    socket.on('close', () => sockets.delete(socket));
  };
  const forward = (from: Socket, to: Socket): void => {
    from.on('data', (data) => {
      if (state === 'stalled') return; // swallowed; a healed TCP connection would never continue from here
      to.write(data);
    });
    from.on('close', () => to.destroy());
  };
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy();
  };

  const server = createServer((client) => {
    keep(client);
    if (state === 'cut') return void client.destroy();
    const upstream = connect(target);
    keep(upstream);
    forward(client, upstream);
    forward(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port');

  return {
    port: address.port,
    cut() {
      state = 'cut';
      endAll();
    },
    stall() {
      state = 'stalled';
    },
    heal() {
      // Bytes were lost on the connections that stalled, so they cannot go on.
      if (state === 'stalled') endAll();
      state = 'open';
    },
    async close() {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
