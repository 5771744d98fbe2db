import type { Finding } from '../../../schemas/finding.ts';
import { SEVERITIES } from './words.ts';

/** A finding with its number in the report. */
export type Numbered = Finding & { number: number };

/** A paragraph whose faulty words are marked where they stand, each with the number of its finding. */
export function MarkedText({ text, findings }: { text: string; findings: Numbered[] }) {
  const ranges = findings
    .map((finding) => ({ finding, ...rangeOf(text, finding) }))
    .sort((a, b) => a.start - b.start || a.end - b.end);
  const pieces = [];
  let at = 0;
  for (const { finding, start, end } of ranges) {
    // Ranges may overlap; what is already marked is not marked twice, and keeps both numbers.
    const from = Math.max(at, start);
    if (from > at) pieces.push(text.slice(at, from));
    const { sign, zh } = SEVERITIES[finding.severity];
    pieces.push(
      <mark class={finding.severity} id={`place-${finding.number}`}>
        {text.slice(from, Math.max(from, end))}
        <a href={`#finding-${finding.number}`} title={finding.message.zh}>
          <sup>
            {sign}
            {zh}
            {finding.number}
          </sup>
        </a>
      </mark>,
    );
    at = Math.max(at, end);
  }
  pieces.push(text.slice(at));
  return <>{pieces}</>;
}

function rangeOf(text: string, { location: { start, end, quote } }: Numbered) {
  if (start !== undefined && end !== undefined && text.slice(start, end) === quote) return { start, end };
  const at = quote === '' ? -1 : text.indexOf(quote);
  return at === -1 ? { start: 0, end: 0 } : { start: at, end: at + quote.length };
}
