import { ApplicationFailure } from '@temporalio/common';
import type { AnsweringActivities, DeliveryActivities } from './types.ts';

/** Asks once. Where there is nothing to say yet, Temporal asks again; that is no failure, so nobody is told of one. */
export const createAwaitOutcome =
  ({ pollDelivery }: Pick<DeliveryActivities, 'pollDelivery'>): AnsweringActivities['awaitOutcome'] =>
  async (ref, until) => {
    const step = await pollDelivery(ref);
    if (step.state !== 'running' && (step.state !== 'unknown' || until === 'answered')) return step;
    throw ApplicationFailure.create({ message: step.state, type: 'NoOutcomeYet', category: 'BENIGN' });
  };
