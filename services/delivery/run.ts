import { NativeConnection } from '@temporalio/worker';
import { createAwaitOutcome } from '../../activities/delivery/await-outcome.ts';
import { inspectionEvent, receiptEvent } from '../../activities/delivery/receipt-event.ts';
import type { AnsweringActivities, DeliveryActivities } from '../../activities/delivery/types.ts';
import type { EventCodec } from '../../infra/kafka/event-signature.ts';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { connectTemporal, type TemporalSettings } from '../../infra/temporal/client.ts';
import { installTemporalRuntime } from '../../infra/temporal/runtime.ts';
import { workflowBundle } from '../../infra/temporal/workflow-bundle.ts';
import type { Channel } from '../../schemas/bundle.ts';
import { Topic } from '../../schemas/events.ts';
import { consume } from '../consume.ts';
import { type ProcessContext, serveHealth } from '../process-frame.ts';
import { createDeliveryConsumer } from './consumer.ts';
import { createDeliveryWorker } from './worker.ts';

export type DeliveryServiceOptions = {
  /** Consumer group, e.g. `new-media`. */
  service: string;
  channel: Channel;
  taskQueue: string;
  manyAccounts?: boolean;
  temporal: TemporalSettings;
  brokers: string[];
  codec: EventCodec;
  workflowBundlePath?: string | undefined;
  healthListen: string;
  activities: DeliveryActivities;
};

/** A channel service that delivers by workflow: a Kafka consumer that starts them, and a worker that runs them. */
export async function runDeliveryService(options: DeliveryServiceOptions, context: ProcessContext): Promise<void> {
  const { log, onStop, fail } = context;
  installTemporalRuntime(log);
  const { service, channel, taskQueue, temporal, codec } = options;
  const bus = createKafkajsEventBus({ brokers: options.brokers, clientId: service, log });
  onStop(() => bus.close());
  const client = await connectTemporal(temporal);
  onStop(() => client.connection.close());
  const connection = await NativeConnection.connect({ address: temporal.address });
  onStop(() => connection.close());

  const source = `/lockstep/${service}`;
  const activities: DeliveryActivities & AnsweringActivities = {
    ...options.activities,
    awaitOutcome: createAwaitOutcome(options.activities),
    async sendReceipt(receipt) {
      await bus.publish([codec.encode(receiptEvent(receipt, source))]);
    },
    async sendInspection(inspection) {
      await bus.publish([codec.encode(inspectionEvent(inspection, source))]);
    },
  };
  const worker = await createDeliveryWorker({
    connection,
    namespace: temporal.namespace,
    taskQueue,
    workflowBundle: await workflowBundle(options.workflowBundlePath),
    activities,
  });
  const running = worker.run();
  running.catch(fail);
  onStop(async () => {
    if (worker.getState() === 'RUNNING') worker.shutdown(); // it may have failed by itself
    await running;
  });

  const handle = createDeliveryConsumer({
    client,
    channel,
    taskQueue,
    manyAccounts: options.manyAccounts ?? false,
    log,
  });
  consume({ bus, group: service, topic: Topic.releases, decode: codec.decode, handle }, context);
  onStop(await serveHealth(options.healthListen, async () => worker.getState() === 'RUNNING'));
}
