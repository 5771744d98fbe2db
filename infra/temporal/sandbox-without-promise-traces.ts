/**
 * Runs once in a worker's sandbox, before any workflow. For the query `__stack_trace` the SDK takes a stack trace of every
 * promise of every workflow and maps it to its source: a third of a worker's processor time, for an answer that nobody
 * needs here (`readStatus` says what a bundle waits for). It has no switch. Its hook finds the sandbox's own Error through
 * `Promise.constructor`, so there it is given a class whose instances have no stack. Errors of workflow code keep theirs.
 */
const sandboxFunction = Promise.constructor as (source: string) => () => unknown;
const asked = new Map<string, () => unknown>([['return globalThis.Error', () => Object]]);
Object.defineProperty(Promise, 'constructor', {
  value(source: string) {
    const known = asked.get(source) ?? sandboxFunction(source); // compiled once, not once a promise
    asked.set(source, known);
    return known;
  },
});
