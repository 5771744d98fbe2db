import { Client, Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';

export type TemporalSettings = { address: string; namespace: string };

/** Task queues: the core's, and one per channel service, so that each runs only its own activities. */
export const taskQueues = {
  core: 'lockstep-core',
  wechat: 'lockstep-new-media',
  'press-pack': 'lockstep-press',
} as const;

export async function connectTemporal({ address, namespace }: TemporalSettings): Promise<Client> {
  const connection = await Connection.connect({ address, connectTimeout: '10 seconds' });
  return new Client({ connection, namespace });
}

/** gRPC status codes by which a server says nothing about the request itself. */
const away = new Set([
  1, // CANCELLED
  4, // DEADLINE_EXCEEDED
  8, // RESOURCE_EXHAUSTED
  14, // UNAVAILABLE
]);

/** Whether an error says that Temporal is away or overloaded, as opposed to refusing what it was asked. */
export function isTemporalAway(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && away.has(cause.code);
}
