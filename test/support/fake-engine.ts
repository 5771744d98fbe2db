import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { json } from 'node:stream/consumers';

/** The part of a container's creation that tests look at. */
export interface AskedFor {
  Image: string;
  Cmd?: string[];
  Env: string[];
  User?: string;
  Labels: Record<string, string>;
  HostConfig: { PortBindings: Record<string, { HostPort: string; HostIp?: string }[]>; Tmpfs: Record<string, string> };
}

export type FakeEngine = Awaited<ReturnType<typeof startFakeEngine>>;

/** The session of the Ryuk that this engine runs already. */
export const fakeSession = 'session-of-ryuk';

/**
 * As much of the Docker Engine API as starting one container takes, behind a Unix socket, with a Ryuk beside it. It
 * starts nothing: whatever answers on the ports of the container is up to the test.
 */
export async function startFakeEngine(socket: string) {
  const created: AskedFor[] = [];
  const toldRyuk: string[] = [];
  let behaviour: 'works' | 'refuses' | 'ends-at-once' = 'works';

  const ryuk = createTcpServer((connection) => connection.on('data', (data) => toldRyuk.push(data.toString().trim())));
  await new Promise<void>((resolve) => ryuk.listen(0, '127.0.0.1', resolve));
  const ryukContainer = {
    Id: 'ryuk',
    State: 'running',
    Created: 1,
    Labels: { 'org.testcontainers.ryuk': 'true', 'org.testcontainers.session-id': fakeSession },
    Ports: [{ PrivatePort: 8080, PublicPort: (ryuk.address() as AddressInfo).port }],
  };

  const inspect = () => {
    const { Labels, HostConfig } = created.at(-1) ?? {};
    const running = behaviour === 'works';
    return {
      Id: 'c1',
      Name: '/c1',
      State: {
        Status: running ? 'running' : 'exited',
        Running: running,
        StartedAt: new Date(),
        FinishedAt: new Date(0),
      },
      Config: { Hostname: 'c1', Labels },
      HostConfig,
      NetworkSettings: { Ports: HostConfig?.PortBindings, Networks: {} },
    };
  };
  const answer = async (request: IncomingMessage): Promise<[status: number, body?: unknown]> => {
    const route = `${request.method} ${new URL(request.url ?? '', 'http://engine').pathname}`;
    if (route === 'GET /info') return [200, { OperatingSystem: 'none', ServerVersion: '0' }];
    if (route.startsWith('GET /images/')) return [200, {}]; // every image is there
    if (route === 'GET /containers/json') return [200, [ryukContainer]];
    if (route === 'GET /containers/c1/json') return [200, inspect()];
    if (route !== 'POST /containers/create') return [204]; // start, stop, remove
    if (behaviour === 'refuses') return [500, { message: 'no room for another container' }];
    created.push((await json(request)) as AskedFor);
    return [201, { Id: 'c1' }];
  };
  const server = createServer(async (request, response) => {
    const [status, body] = await answer(request);
    response.writeHead(status, { 'content-type': 'application/json' }).end(body && JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));

  return {
    created,
    toldRyuk,
    will(next: typeof behaviour) {
      behaviour = next;
    },
    stop() {
      server.close();
      ryuk.close();
    },
  };
}
