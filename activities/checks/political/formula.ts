import type { CodeEntry } from '../../../schemas/rules.ts';
import { dayOf, effective, finding, type Rule, writings } from '../rule.ts';
import { distance } from '../text/distance.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { disorder, misnamed, type Slip } from './enumerations.ts';
import { CENTRAL_WORDING } from './sources.ts';

const FORMULA: CodeEntry = {
  code: 'POL-FORMULA',
  gate: 'political',
  severity: 'error',
  title: { zh: '固定政治表述漏字、错字、顺序错误', en: 'A set political phrase is garbled' },
  source: CENTRAL_WORDING,
  good: '习近平新时代中国特色社会主义思想',
  bad: '习近平新时代特色社会主义思想',
};
const ANCHOR = 3;

/** Near misses of set phrases, and enumerations whose members are missing or out of order. */
export const formula: Rule = {
  codes: [FORMULA],
  check(bundle, data) {
    const lists = effective(data.formulas, dayOf(bundle));
    const phrases = lists.flatMap(({ phrases }) => phrases);
    const sequences = lists.flatMap(({ sequences }) => sequences);
    return writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) => {
        const slips = [
          ...phrases.flatMap((phrase) => nearMisses(line.text, phrase)),
          ...sequences.flatMap((sequence) => [...disorder(line.text, sequence), ...misnamed(line.text, sequence)]),
        ];
        return slips.map(({ start, end, canonical }) =>
          finding(
            FORMULA,
            item.id,
            placeIn(line, start, end),
            {
              zh: `固定表述有误：“${line.text.slice(start, end)}”。`,
              en: `A set phrase is garbled: "${line.text.slice(start, end)}".`,
            },
            { zh: `规范表述：${canonical}。`, en: `The phrase is: ${canonical}.` },
          ),
        );
      }),
    );
  },
};

/** A stretch that begins or ends as the phrase does and differs from it by a few characters. */
function nearMisses(text: string, { text: phrase, also }: { text: string; also: string[] }): Slip[] {
  const limit = Math.min(3, Math.floor(phrase.length / 5));
  if (limit === 0) return [];
  const head = phrase.slice(0, ANCHOR);
  const tail = phrase.slice(-ANCHOR);
  if (!text.includes(head) && !text.includes(tail)) return [];
  const masked = [phrase, ...also].reduce((rest, known) => rest.replaceAll(known, '\0'.repeat(known.length)), text);
  const slips: Slip[] = [];
  for (let at = masked.indexOf(head); at !== -1; at = masked.indexOf(head, at + 1)) {
    const best = closest(phrase, limit, (length) => [at, at + length], masked);
    // Cut short by the end of the clause it is another, shorter phrase; a slip comes back to the same ending.
    if (best && isSlip(masked.slice(best.start, best.end), phrase, best.edits))
      slips.push({ ...best, canonical: phrase });
  }
  for (let at = masked.indexOf(tail); at !== -1; at = masked.indexOf(tail, at + 1)) {
    const end = at + ANCHOR;
    const best = closest(phrase, limit, (length) => [end - length, end], masked);
    const sharesHead = best && masked[best.start] === phrase[0];
    if (best && sharesHead && !slips.some(({ end: known }) => known === best.end))
      slips.push({ ...best, canonical: phrase });
  }
  return slips;
}

const isSlip = (candidate: string, phrase: string, edits: number) =>
  candidate.at(-1) === phrase.at(-1) || (edits === 1 && candidate.length === phrase.length);

function closest(phrase: string, limit: number, range: (length: number) => [number, number], text: string) {
  // What is masked, and the end of a clause, end a phrase.
  const ends = phrase.includes('，') ? /[\0。；]/u : /[\0，。；]/u;
  let best: { start: number; end: number; edits: number } | null = null;
  // The phrase's own length first: a wrong character is likelier than one left out and another added.
  const lengths = Array.from(
    { length: 2 * limit + 1 },
    (_, at) => phrase.length + (at % 2 ? 1 : -1) * Math.ceil(at / 2),
  );
  for (const length of lengths) {
    const [start, end] = range(length);
    if (start < 0 || end > text.length) continue;
    const candidate = text.slice(start, end);
    if (ends.test(candidate)) continue;
    const edits = distance(candidate, phrase, limit);
    if (edits === 0 || edits > limit) continue;
    // Words put in (…社会主义理论思想): of equals, the stretch that comes back to the ending. Not at the limit of a
    // short phrase, where it is another one: 中国特色社会主义法律制度.
    const returns = candidate.at(-1) === phrase.at(-1) && edits < limit;
    if (!best || edits < best.edits || (edits === best.edits && returns)) best = { start, end, edits };
  }
  return best;
}
