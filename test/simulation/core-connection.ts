import type { CoreStore } from '../../activities/ports/core-store.ts';
import { gather } from '../../infra/gather.ts';

type Commit = Parameters<CoreStore['commit']>;
/** One round trip to the database: what it does happens at one instant, and its answer may be lost. */
type Call = <T>(use: () => T | Promise<T>) => Promise<T>;

/**
 * The core's store as a worker meets it: each method is a call, and commits of one moment share one, so that they are lost
 * together, or done together and nobody is told.
 */
export function connectCore(store: CoreStore, call: Call): CoreStore {
  const together = gather(
    (requests: Commit[]) => call(() => Promise.allSettled(requests.map((request) => store.commit(...request)))),
    { most: 200 },
  );
  const methods = Object.entries(store).map(([name, method]) => [
    name,
    (...input: unknown[]) => call(() => (method as (...all: unknown[]) => unknown)(...input)),
  ]);
  return {
    ...(Object.fromEntries(methods) as CoreStore),
    async commit(...request) {
      const answer = await together(request);
      if (answer.status === 'rejected') throw answer.reason;
      return answer.value;
    },
  };
}
