/** Edits (insert, delete, replace one character) between two texts; `limit` + 1 as soon as it is known to be exceeded. */
export function distance(a: string, b: string, limit: number): number {
  const left = [...a];
  const right = [...b];
  if (Math.abs(left.length - right.length) > limit) return limit + 1;
  let row = right.map((_, at) => at + 1);
  for (const [i, character] of left.entries()) {
    let diagonal = i;
    let before = i + 1;
    let least = before;
    row = row.map((above, j) => {
      const cost = Math.min(above + 1, before + 1, diagonal + (character === right[j] ? 0 : 1));
      diagonal = above;
      before = cost;
      least = Math.min(least, cost);
      return cost;
    });
    if (least > limit) return limit + 1;
  }
  return row.at(-1) ?? left.length;
}
