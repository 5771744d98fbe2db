import pino from 'pino';
import { createKafkajsEventBus } from '../../infra/kafka/kafkajs-event-bus.ts';
import { describeEventBusContract } from '../support/kafka-contract.ts';
import { testServices } from '../support/local-services.ts';

describeEventBusContract('kafkajs', async () => {
  const connection = { brokers: testServices().kafka.brokers, clientId: 'contract', log: pino({ level: 'silent' }) };
  return {
    createBus: (options = {}) => createKafkajsEventBus({ ...connection, ...options }),
    close: async () => undefined,
  };
});
