import type { CodeEntry } from '../../../schemas/rules.ts';
import { type CheckedItem, finding, type Rule } from '../rule.ts';
import { captioned, fieldsNamed, fieldsOf } from '../text/fields.ts';
import { linesOf } from '../text/lines.ts';
import { WORK_POINTS } from './sources.ts';

type Element = CodeEntry & { name: string; label: RegExp; sentence: RegExp };

const entry = (code: string, name: string, en: string, good: string, bad: string): CodeEntry & { name: string } => ({
  code,
  gate: 'intake',
  severity: 'error',
  title: { zh: `解读材料没有说明${name}`, en: `The materials do not explain ${en}` },
  source: WORK_POINTS,
  good,
  bad,
  name,
});

/** 四要素, headed in whatever words; all materials of a bundle count together. */
const ELEMENTS: Element[] = [
  {
    ...entry('INT-ELEM-BACKGROUND', '出台背景', 'why now', '一、出台背景　近年来……', '只列举措，不说为什么出台'),
    label: /背景|缘由|起因|为什么|为何|必要性|(基本|有关)情况|现状/u,
    sentence:
      /(出台|起草|制定|修订|发布)[^。；]{0,12}背景|近年来[^。]{6,}|随着[^。]{4,}[，,][^。]{4,}|为什么要?(出台|制定|发布|修订)/u,
  },
  {
    ...entry(
      'INT-ELEM-BASIS',
      '决策依据',
      'on what it rests',
      '二、决策依据　《中华人民共和国消防法》',
      '没有一处说明依据',
    ),
    label: /依据|根据/u,
    sentence:
      /依据(是|有|为|包括|主要|《)|(根据|依照|按照|依据)[^。；]{0,6}《[^》]+》[^。；]{0,40}(制定|起草|出台|修订|印发|研究)/u,
  },
  {
    ...entry('INT-ELEM-PURPOSE', '出台目的', 'what it is for', '三、出台目的　方便老年人就近就餐', '没有一处说明目的'),
    label: /目的|意义|目标|初衷|作用/u,
    sentence: /旨在|目的(，|,|在于|是|就是)|目标(是|为)|为了[^。；]{4,}|意义(在于|是)/u,
  },
  {
    ...entry(
      'INT-ELEM-MEASURES',
      '重要举措',
      'what is being done',
      '四、重要举措　1．……2．……',
      '只有背景和目的，没有内容',
    ),
    label: /举措|措施|内容|任务|亮点|要点|看点|干货|条款|事项|怎么(做|办|改|管)|哪些|多少/u,
    sentence: /(主要|重要|重点|具体)(举措|措施|内容|任务)|明确(了|，|要求|规定)|规定(了|，)/u,
  },
];

export const interpretationElements: Rule = {
  codes: ELEMENTS.map(({ name: _, label: __, sentence: ___, ...code }) => code),
  check({ manifest, materials }) {
    const readable = materials.filter(hasText);
    const first = readable[0];
    // A picture is not read; where there is nothing but pictures, their text alternative is another rule's affair.
    if (!manifest || !first) return [];
    return ELEMENTS.filter((element) => !readable.some((material) => explains(material, element))).map((element) =>
      finding(
        element,
        first.item.id,
        { where: 'body', quote: '' },
        { zh: `全部解读材料合起来没有说明${element.name}。`, en: `${element.title.en}, taken all together.` },
        {
          zh: `请在解读材料中补充${element.name}，例如：${element.good}`,
          en: `Add it to a material, for example: ${element.good}`,
        },
      ),
    );
  },
};

const hasText = ({ model }: CheckedItem) => model.paragraphs.some(({ text }) => text.trim() !== '');

/** A heading with nothing under it explains nothing. */
const explains = ({ model }: CheckedItem, { label, sentence }: Element) =>
  fieldsNamed(fieldsOf(model), label).some(({ value }) => value.trim().length >= 4) ||
  captioned(model, label).length > 0 ||
  linesOf(model).some(({ text }) => /[，。；]/u.test(text) && sentence.test(text));
