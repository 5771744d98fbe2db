import type { FastifyInstance } from 'fastify';

export type RunningServer = {
  /** `http://host:port`, without a slash at the end. */
  url: string;
  close(): Promise<void>;
};

/** Adds `/readyz` and listens. Port 0 takes a free one. */
export async function listening(app: FastifyInstance, host: string, port: number): Promise<RunningServer> {
  app.get('/readyz', async () => ({ status: 'ready' }));
  const url = await app.listen({ host, port });
  return { url: url.replace(/\/$/, ''), close: () => app.close() };
}
