import { Client, Connection } from '@temporalio/client';

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
