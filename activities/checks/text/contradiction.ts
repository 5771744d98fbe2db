import { type Figure, figuresIn, sameValue } from './figures.ts';
import { contained, type Statement, shared } from './statements.ts';

/**
 * The statement of the document that says another value of the same matter; null where there is none. `known` are the
 * statements of the document.
 */
export function contradicted(said: Statement, known: Statement[]): Statement | null {
  const alike = known.filter(({ figure }) => figure.kind === said.figure.kind && figure.unit === said.figure.unit);
  const same = alike.filter(({ figure }) => sameValue(figure, said.figure));
  if (said.figure.kind === 'phone') return same.length > 0 ? null : samePhone(said, alike);
  const other = byRole(said, alike) ?? byRange(said, alike);
  if (other) return other;
  return same.length === 0 ? sameMatter(said, alike) : elsewhere(said, alike, same);
}

/** 自…起施行 and 有效期至 are said once: another day is another day of the same thing. */
function byRole(said: Statement, alike: Statement[]): Statement | null {
  if (said.role === null) return null;
  const sameRole = alike.filter(({ role }) => role === said.role);
  const agrees = sameRole.some(({ figure }) => sameValue(figure, said.figure));
  return agrees ? null : (sameRole[0] ?? null);
}

/** A range that shares one end with a range of the document has to share the other too. */
function byRange(said: Statement, alike: Statement[]): Statement | null {
  const end = said.until ?? said.from;
  if (!end) return null;
  const endOf = (statement: Statement) => (said.until ? statement.until : statement.from);
  const equal = (a: Figure, b: Figure | null) => b !== null && sameValue(a, b);
  const ranges = alike.filter((statement) => endOf(statement) !== null);
  const whole = ranges.some((statement) => sameValue(statement.figure, said.figure) && equal(end, endOf(statement)));
  if (whole) return null;
  return ranges.find((statement) => equal(end, endOf(statement)) && !sameValue(statement.figure, said.figure)) ?? null;
}

/** A number of the same office: what leads up to it names the office, or the document has one number for such a purpose. */
function samePhone(said: Statement, alike: Statement[]): Statement | null {
  if (said.far.size < 3) return null;
  const labelled = alike.filter(({ far }) => contained(said.far, far) >= 0.7);
  const numbers = new Set(labelled.map(({ figure }) => figure.value));
  return said.far.size >= 5 || numbers.size === 1 ? (labelled[0] ?? null) : null;
}

/** The document does not have this value at all. Who then speaks of the same matter contradicts it. */
function sameMatter(said: Statement, alike: Statement[]): Statement | null {
  const judged = alike
    .map((statement) => ({ statement, likeness: likeness(said, statement) }))
    .filter(({ likeness: found }) => found > 0)
    .sort((a, b) => b.likeness - a.likeness);
  return judged[0]?.statement ?? null;
}

/** 0 where two statements are not about the same matter. */
export function likeness(said: Statement, other: Statement): number {
  const [there, back] = [contained(said.own, other.own), contained(other.own, said.own)];
  // A clause of the document may be shorter than the sentence that tells of it, and the other way round.
  const own = Math.max(there, other.own.size >= 2 ? back : 0);
  const wide = Math.max(contained(said.wide, other.context), contained(said.own, other.context));
  const common = shared(said.wide, other.context);
  const sameClause = there === 1 && back === 1 && said.own.size >= 2;
  const sameWords = own >= 0.6 && wide >= 0.5 && common >= 3;
  const sameSentence = wide >= 0.75 && common >= 6 && own >= 0.15;
  const sameNoun = said.noun !== '' && said.noun === other.noun && own >= 0.5 && common >= 2;
  return sameClause || sameWords || sameSentence || sameNoun ? own + wide : 0;
}

/** How close the best statement has to be, and by how much the others may fall behind and still be meant. */
const CLOSE = 0.8;
const MARGIN = 0.15;

/** The document has this value, but of another matter, and says another value of this one. Only a close likeness counts. */
function elsewhere(said: Statement, alike: Statement[], same: Statement[]): Statement | null {
  if (said.own.size < 4) return null;
  const scored = alike.map((statement) => ({ statement, own: contained(said.own, statement.own) }));
  const best = scored.reduce((top, each) => (each.own > top.own ? each : top), {
    statement: null as Statement | null,
    own: 0,
  });
  if (!best.statement || best.own < CLOSE) return null;
  const near = scored.filter(({ own }) => own >= best.own - MARGIN).map(({ statement }) => statement);
  const fits = near.some(
    (statement) =>
      same.includes(statement) || figuresIn(statement.clause).some((figure) => sameValue(figure, said.figure)),
  );
  return fits ? null : best.statement;
}
