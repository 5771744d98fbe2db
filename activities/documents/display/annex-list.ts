/**
 * 附件说明: for each line the number of the annex that it names, null for every other line. The list begins with
 * 「附件：1．名称」; the lines below it carry the following numbers and are no headings (GB/T 9704—2012 7.3.4).
 */
export function annexNumbers(lines: readonly string[]): (string | null)[] {
  let expected = 0;
  return lines.map((line) => {
    const text = line.normalize('NFKC').trim();
    const first = /^附件:\s*(?:([0-9]{1,2})\s*[.、])?/.exec(text);
    const following = expected > 1 ? /^([0-9]{1,2})\s*[.、]/.exec(text) : null;
    const number = first ? (first[1] ?? '1') : following?.[1];
    if (number === undefined || (!first && Number(number) !== expected)) {
      if (text !== '') expected = 0;
      return null;
    }
    expected = Number(number) + 1;
    return number;
  });
}
