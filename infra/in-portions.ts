/** Cuts what is given, in its order, into portions whose sizes add up to the limit at most; one above it comes alone. */
export function inPortions<T>(all: readonly T[], limit: number, sizeOf: (each: T) => number): T[][] {
  const portions: T[][] = [];
  let room = 0;
  for (const each of all) {
    const size = sizeOf(each);
    const current = portions.at(-1);
    if (current && size <= room) current.push(each);
    else {
      portions.push([each]);
      room = limit;
    }
    room -= size;
  }
  return portions;
}
