import { describeEventBusContract } from '../support/kafka-contract.ts';
import { createMemoryBroker, createMemoryEventBus } from '../support/memory-event-bus.ts';

describeEventBusContract('in memory', async () => {
  const broker = createMemoryBroker();
  return { createBus: (options = {}) => createMemoryEventBus({ broker, ...options }), close: async () => undefined };
});
