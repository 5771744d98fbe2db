type Options = {
  /** For so long no order has come: they come in bursts, at T0 all at once. */
  quietMs: number;
  /** Nobody waits longer, however many orders come. */
  mostMs: number;
  now: () => number;
  pause: (ms: number) => Promise<unknown>;
};

/** Says when it is quiet, for work that can wait and would take the processor from releases that are about to go live. */
export function createLull({ quietMs, mostMs, now, pause }: Options) {
  let last = Number.NEGATIVE_INFINITY;
  return {
    /** An order was there a moment ago. */
    stir(): void {
      last = now();
    },
    async quiet(): Promise<void> {
      const latest = now() + mostMs;
      for (;;) {
        const left = Math.min(last + quietMs, latest) - now();
        if (left <= 0) return;
        await pause(left);
      }
    },
  };
}
