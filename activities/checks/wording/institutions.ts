import type { CodeEntry, RuleData } from '../../../schemas/rules.ts';
import { type CheckedBundle, dayOf, effective, finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeIn } from '../text/lines.ts';
import { PROCESSING_REGULATION } from './sources.ts';

const NAME: CodeEntry = {
  code: 'WRD-INST-NAME',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '机构名称前后不一致，或者不是规范名称', en: 'A body is named inconsistently or not by its proper name' },
  source: PROCESSING_REGULATION,
  good: '区市场监督管理局',
  bad: '前文写“区市场监督管理局”，后文写“区市场监管局”',
};
type Pair = { wrong: string; right: string };

/** A list of the issuing place always holds; abbreviations known anywhere only where the full form stands beside them. */
export const institutions: Rule = {
  codes: [NAME],
  check(bundle, data) {
    const parts = writings(bundle);
    const all = parts.flatMap(({ model }) => linesOf(model).map(({ text }) => text)).join('\n');
    const proper = properNames(bundle, data);
    const pairs = pairsFor(bundle, data, all).filter(({ wrong }) => all.includes(wrong) && !isDefined(all, wrong));
    if (pairs.length === 0) return [];
    return parts.flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) => {
        // A proper name that contains a shorter one is not that one: 区政府办公室 is not 区政府办.
        const masked = [...proper, ...pairs.map(({ right }) => right)].reduce(
          (text, name) => text.replaceAll(name, '\0'.repeat(name.length)),
          line.text,
        );
        return pairs.flatMap(({ wrong, right }) =>
          [...masked.matchAll(new RegExp(`${wrong}(?![面部势限]|[公理事法案结好])`, 'gu'))].map((match) =>
            finding(
              NAME,
              item.id,
              placeIn(line, match.index, match.index + wrong.length),
              { zh: `“${wrong}”应当写规范名称“${right}”。`, en: `"${wrong}" should be named "${right}".` },
              {
                zh: `请改为“${right}”，或者在第一次出现时注明简称。`,
                en: `Write "${right}", or introduce the short form first.`,
              },
            ),
          ),
        );
      }),
    );
  },
};

const listsFor = (bundle: CheckedBundle, data: RuleData) => {
  const issuer = bundle.manifest?.issuingBody ?? bundle.outline?.title?.text ?? '';
  return effective(data.institutions, dayOf(bundle)).filter(({ place }) => place !== '*' && issuer.includes(place));
};

const properNames = (bundle: CheckedBundle, data: RuleData) =>
  listsFor(bundle, data)
    .flatMap(({ institutions: known }) => known.map(({ name }) => name))
    .sort((a, b) => b.length - a.length);

function pairsFor(bundle: CheckedBundle, data: RuleData, all: string): Pair[] {
  const own = listsFor(bundle, data).flatMap(({ institutions: known }) =>
    known.flatMap(({ name, nonstandard }) => nonstandard.map((wrong) => ({ wrong, right: name }))),
  );
  const anywhere = effective(data.institutions, dayOf(bundle))
    .filter(({ place }) => place === '*')
    .flatMap(({ institutions: known }) => known)
    .flatMap(({ name, nonstandard }) =>
      nonstandard.flatMap((short) =>
        ['省', '市', '区', '县', '州'].map((level) => ({ wrong: `${level}${short}`, right: `${level}${name}` })),
      ),
    )
    .filter(
      ({ right, wrong }) => all.includes(right) && !own.some((pair) => pair.wrong === wrong || pair.right === wrong),
    );
  return [...own, ...anywhere].sort((a, b) => b.wrong.length - a.wrong.length);
}

/** 区市场监督管理局（以下简称区市场监管局）: from then on the short form is proper. */
const isDefined = (all: string, short: string) =>
  new RegExp(`(以下)?(简称|统称)(为)?[：:]?[“"]?${short}`, 'u').test(all);
