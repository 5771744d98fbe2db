import type { CheckedBundle, CheckedItem } from './rule.ts';
import { contradicted } from './text/contradiction.ts';
import { type Figure, figuresIn, sameValue } from './text/figures.ts';
import { contained, type Statement, statementsIn } from './text/statements.ts';

/** Words of a document, with the paragraph where they stand, counted from 0. */
export type SourcePlace = { item: string; paragraph: number; words: string };

/** A figure of a material or channel variant beside the words of the document that give it. */
export type SourcedFigure = {
  /** Item id, or the field of the manifest such as `variants.wechat.digest`. */
  item: string;
  /** Null in a field of the manifest. */
  paragraph: number | null;
  figure: string;
  /** The clause that it stands in. */
  words: string;
  /** `differs`: the document says another value of the same matter (finding CON-…). `absent`: it has no such value. */
  verdict: 'same' | 'differs' | 'absent';
  /** Where the document has the value, likeliest place first; where `differs`, what it has instead; null for `absent`. */
  source: SourcePlace | null;
  /** How many more places of the document have the same value. */
  others: number;
};

/** 一个方面, 一家企业: 一 is an article there and says no number. 一年 and 一万元 are figures. */
const DURATIONS = new Set(['年', '个月', '周', '日', '个工作日', '小时', '分钟']);
const isArticle = ({ kind, unit, value, text }: Figure) =>
  kind === 'number' && value === '1' && text.startsWith('一') && !DURATIONS.has(unit);

type Known = { item: string; statement: Statement };

/**
 * 数据同源核对: every amount, date, deadline, number, phone and document number of the materials and of the WeChat variant
 * beside its place in the document or its attachments. A help to the reviewer: what is only absent may be proper.
 */
export function sameSourceTable(bundle: CheckedBundle): SourcedFigure[] {
  const { policy, materials, items, manifest } = bundle;
  if (!policy) return [];
  const own = statementsIn(policy.model);
  const attachments = items.filter(({ item }) => item.role === 'attachment');
  const known = [policy, ...attachments].flatMap(({ item, model }) =>
    (item === policy.item ? own : statementsIn(model)).map((statement): Known => ({ item: item.id, statement })),
  );
  return [
    ...materials.flatMap((material) => ofMaterial(material, known, { policy: policy.item.id, own })),
    ...Object.entries({
      'variants.wechat.shortTitle': manifest?.variants?.wechat?.shortTitle,
      'variants.wechat.digest': manifest?.variants?.wechat?.digest,
    }).flatMap(([item, text = '']) => ofVariant(item, text, known)),
  ];
}

function ofMaterial(
  { item, model }: CheckedItem,
  known: Known[],
  { policy, own }: { policy: string; own: Statement[] },
): SourcedFigure[] {
  const statements = statementsIn(model).filter(({ figure }) => !isArticle(figure));
  return statements.map((said): SourcedFigure => {
    const row = {
      item: item.id,
      paragraph: said.line.paragraph,
      figure: said.figure.text,
      words: said.clause.trim(),
    };
    // As in the rule: former standards and examples contradict nothing, and document numbers are judged by series.
    const judged = said.figure.kind !== 'document-number' && !said.older;
    const other = judged ? contradicted(said, own) : null;
    if (other) return { ...row, verdict: 'differs', source: placeOf({ item: policy, statement: other }), others: 0 };
    return {
      ...row,
      ...sourced(said.figure, known, ({ statement }) => contained(said.wide, statement.context)),
    };
  });
}

const ofVariant = (item: string, text: string, known: Known[]): SourcedFigure[] =>
  figuresIn(text)
    .filter((figure) => !isArticle(figure))
    .map((figure) => ({
      item,
      paragraph: null,
      figure: figure.text,
      words: text,
      ...sourced(figure, known, () => 0),
    }));

/** The places that have the value; of several the one whose words are likest. */
function sourced(
  figure: Figure,
  known: Known[],
  likeness: (place: Known) => number,
): Pick<SourcedFigure, 'verdict' | 'source' | 'others'> {
  const [best, ...others] = known
    .filter(({ statement }) => sameValue(statement.figure, figure))
    .map((place) => ({ place, like: likeness(place) }))
    .sort((a, b) => b.like - a.like);
  return best
    ? { verdict: 'same', source: placeOf(best.place), others: others.length }
    : { verdict: 'absent', source: null, others: 0 };
}

const placeOf = ({ item, statement: { line, clause } }: Known): SourcePlace => ({
  item,
  paragraph: line.paragraph,
  words: clause.trim(),
});
