import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule, writings } from '../rule.ts';
import { linesOf } from '../text/lines.ts';
import { MAP_REGULATION } from './sources.ts';

const MAP: CodeEntry = {
  code: 'POL-MAP-NUMBER',
  gate: 'political',
  severity: 'warning',
  title: { zh: '使用地图而没有标注审图号', en: 'A map without its approval number' },
  source: MAP_REGULATION,
  good: '图片标题：全区行政区划图，下方标注“审图号：鲁S（2026）1号”',
  bad: '图片标题：全区行政区划图，没有审图号',
};
const MAP_NAME = /(地图|行政区划图|区位图|疆域图|交通图|政区图|水系图)(?!集|册|网|书)/u;
const APPROVAL = /审图号|GS\s*[（(]\d{4}[）)]|[\u4e00-\u9fa5]S\s*[（(]\d{4}[）)]/u;

/** A picture that calls itself a map. 电子地图 in running text is no map that is shown. */
export const mapUse: Rule = {
  codes: [MAP],
  check: (bundle) =>
    writings(bundle).flatMap(({ item, model }) => {
      const approved =
        linesOf(model).some(({ text }) => APPROVAL.test(text)) || APPROVAL.test(item.alternativeText ?? '');
      if (approved) return [];
      const isPicture = model.format === 'image' || model.format === 'svg';
      const names = isPicture
        ? [item.title ?? '', item.alternativeText ?? '', ...model.images.map(({ altText }) => altText ?? '')]
        : model.images.map(({ altText }) => altText ?? '');
      const name = names.find((text) => MAP_NAME.test(text));
      if (name === undefined) return [];
      return [
        finding(
          MAP,
          item.id,
          { where: 'alt-text', quote: name },
          {
            zh: `“${name}”看上去是地图，没有找到审图号。`,
            en: `"${name}" seems to be a map; no approval number was found.`,
          },
          { zh: '请使用标准地图并标注审图号。', en: 'Use an approved map and give its number.' },
        ),
      ];
    }),
};
