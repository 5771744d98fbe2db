import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { Aside } from '../../documents/model.ts';
import { type CheckedItem, finding, type Rule, writings } from '../rule.ts';
import { INTAKE_RULES } from './sources.ts';

type Trace = CodeEntry & { kinds: Aside['kind'][]; says: (text: string) => Bilingual; mend: Bilingual };

/**
 * Two people may let such a trace pass (RELIABILITY I23): a deletion in a quoted bill, or a comment that is part of the matter,
 * can be meant. A mark of classification never can, and what intake refuses never gets so far.
 */
const overridable = true;

const TRACES: Trace[] = [
  {
    code: 'SEC-HIDDEN-TEXT',
    gate: 'secrecy',
    severity: 'error',
    overridable,
    title: { zh: '存在隐藏文字', en: 'Hidden text' },
    source: INTAKE_RULES,
    good: '文件中没有设为“隐藏”的文字',
    bad: '一段文字设了“隐藏”，打印时看不见，发布后会露出来',
    kinds: ['hidden-text'],
    says: (text) => ({ zh: `有一段隐藏文字：“${text}”。`, en: `There is hidden text: "${text}".` }),
    mend: { zh: '请删除这段文字，或者取消“隐藏”。', en: 'Delete it, or make it visible.' },
  },
  {
    code: 'SEC-WHITE-TEXT',
    gate: 'secrecy',
    severity: 'error',
    overridable,
    title: { zh: '存在肉眼看不见的文字', en: 'Text that no eye can see' },
    source: INTAKE_RULES,
    good: '文字颜色与底色不同，字号正常',
    bad: '白底上的白色文字，或者一磅的极小字',
    kinds: ['white-text'],
    says: (text) => ({
      zh: `有一段文字与底色相同或者字号极小：“${text}”。`,
      en: `Some text has the colour of its background or is too small to see: "${text}".`,
    }),
    mend: { zh: '请删除这段文字，或者改为正常颜色和字号。', en: 'Delete it, or give it a normal colour and size.' },
  },
  {
    code: 'SEC-TRACKED-CHANGE',
    gate: 'secrecy',
    severity: 'error',
    overridable,
    title: { zh: '存在未处理的修订', en: 'Tracked changes' },
    source: INTAKE_RULES,
    good: '全部修订已经接受或者拒绝',
    bad: '文件还带着插入、删除的修订痕迹',
    kinds: ['tracked-insertion', 'tracked-deletion'],
    says: (text) => ({ zh: `有未处理的修订：“${text}”。`, en: `There is a tracked change: "${text}".` }),
    mend: { zh: '请在“审阅”中接受或者拒绝全部修订。', en: 'Accept or reject every change.' },
  },
  {
    code: 'SEC-COMMENT',
    gate: 'secrecy',
    severity: 'error',
    overridable,
    title: { zh: '存在未清除的批注', en: 'Comments' },
    source: INTAKE_RULES,
    good: '批注已经全部删除',
    bad: '批注里写着“领导意见：先不发”',
    kinds: ['comment', 'markup-comment'],
    says: (text) => ({ zh: `有未清除的批注：“${text}”。`, en: `There is a comment: "${text}".` }),
    mend: { zh: '请删除全部批注。', en: 'Delete all comments.' },
  },
];
const SHOWN = 120;

/** What an editor leaves behind in a part that will be public or that decides what will be. */
export const editingTraces: Rule = {
  codes: TRACES.map(({ kinds: _, says: __, mend: ___, ...code }) => code),
  check: (bundle) => writings(bundle).flatMap((checked) => TRACES.flatMap((trace) => inItem(trace, checked))),
};

function inItem({ kinds, says, mend, ...code }: Trace, { item, model }: CheckedItem): Finding[] {
  const asides = model.asides.filter(
    ({ kind, text }) => kinds.includes(kind) && (text.trim() !== '' || kind !== 'markup-comment'),
  );
  return asides.map(({ kind, text, paragraph }) =>
    finding(
      code,
      item.id,
      { where: kind, ...(paragraph !== null && { paragraph }), quote: text },
      says(text.length > SHOWN ? `${text.slice(0, SHOWN)}……` : text),
      mend,
    ),
  );
}
