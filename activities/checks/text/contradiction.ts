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
  return same.length === 0 ? (sameMatter(said, alike) ?? byLimit(said, alike)) : elsewhere(said, alike, same);
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

/** What is measured, with the limit set on it: 设施高度不得超过. Only words that name one measure; 时间 and 标准 name many. */
const LIMITED =
  /([\u4e00-\u9fa5]{0,4}?)(高度|长度|宽度|厚度|深度|间距|面积|容积|坡度|重量|人数|比例|期限|年限)(?:一般|原则上)?(?:应当|应|须)?(不得超过|不超过|不得大于|不大于|不高于|不得高于|不得少于|不少于|不低于|不得低于|不小于|不得小于)$/u;
const measured = ({ figure, line }: Statement) => {
  const [, named = '', measure, limit = ''] = LIMITED.exec(line.text.slice(0, figure.start)) ?? [];
  return measure === undefined ? null : { of: named.replace(/的$/u, ''), measure, upper: /[过大高]/u.test(limit) };
};

/**
 * The document sets one limit on such a measure, and one only: another limit on it contradicts that, unless the two
 * name different things (围挡高度, 广告高度).
 */
function byLimit(said: Statement, alike: Statement[]): Statement | null {
  const limit = measured(said);
  if (!limit) return null;
  const others = alike.filter(({ line }) => line.text.includes(limit.measure));
  if (new Set(others.map(({ figure }) => figure.value)).size !== 1) return null;
  return (
    others.find((statement) => {
      const known = measured(statement);
      if (!known || statement.older) return false;
      // The empty name ends every other: 高度 alone is that of whatever the document speaks of.
      const sameThing = known.of.endsWith(limit.of) || limit.of.endsWith(known.of);
      return sameThing && known.measure === limit.measure && known.upper === limit.upper;
    }) ?? null
  );
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
