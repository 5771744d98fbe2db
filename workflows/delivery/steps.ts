import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { Account, AnsweringActivities, DeliveryActivities } from '../../activities/delivery/types.ts';
import { permanentCause } from '../../schemas/failures.ts';

type Steps = DeliveryActivities & AnsweringActivities;

/**
 * A provider may be slow. No limit may be shorter than a step can live: a second try beside one that is under way would
 * ask the provider too soon what became of the first.
 */
const startToCloseTimeout = '6 minutes';

// Only a permanent failure gives up. How many accounts are served at once is the worker's limit, not the workflow's: so
// one whose provider is away holds up no other.
const triedEvery = (initialInterval: '300 milliseconds' | '5 seconds', maximumInterval: '1 minute' | '10 minutes') =>
  proxyActivities<Steps>({
    startToCloseTimeout,
    heartbeatTimeout: '15 seconds', // a worker that died is noticed by its silence
    retry: { initialInterval, maximumInterval },
  });
/** Tried for as long as it takes. A wait costs no history, but each step is some five writes of Temporal's. */
export const handedOut = triedEvery('300 milliseconds', '1 minute');
/** The same for what may take days. */
export const patient = triedEvery('5 seconds', '10 minutes');

const withinTask = proxyLocalActivities<Steps>({ startToCloseTimeout, retry: { maximumAttempts: 1 } });

/**
 * Each step is tried once within the workflow's own task, which costs Temporal nothing: at a T0 of many bundles its
 * writes are what everybody waits for. What does not succeed at once is handed out.
 */
export const atOnce = new Proxy(handedOut, {
  get: (_, name) => {
    const [first, then] = [Reflect.get(withinTask, name), Reflect.get(handedOut, name)];
    return async (...input: unknown[]) => {
      try {
        return await first(...input);
      } catch (error) {
        if (permanentCause(error)) throw error;
        return then(...input);
      }
    };
  },
});

/** The answers of many accounts could be too much for one task (4 MB), and all would be asked again if it were lost. */
const FEW = 5;
export const stepsFor = (accounts: readonly Account[]) => (accounts.length <= FEW ? atOnce : handedOut);
