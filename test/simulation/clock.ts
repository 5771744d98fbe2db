const RealDate = globalThis.Date;
let shown = 0;

/** `Date` as whoever runs now sees it. vitest's own can do more, and is slow for what is asked millions of times. */
class SimulatedDate extends RealDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [shown] : given) as [number]));
  }
  static override now(): number {
    return shown;
  }
}

/** Milliseconds since 1970. */
export const showTime = (now: number): void => {
  shown = now;
};

/** While `use` runs, `Date` is what `showTime` says. */
export async function inSimulatedTime<T>(use: () => Promise<T>): Promise<T> {
  Object.assign(globalThis, { Date: SimulatedDate });
  try {
    return await use();
  } finally {
    Object.assign(globalThis, { Date: RealDate });
  }
}
