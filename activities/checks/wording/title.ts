import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import { finding, type Rule } from '../rule.ts';
import { FORMAT, PROCESSING_REGULATION } from './sources.ts';

const PUNCTUATION: CodeEntry = {
  code: 'WRD-TITLE-PUNCT',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '标题中用了不该用的标点', en: 'Punctuation in the title' },
  source: FORMAT('7.3.1'),
  good: '关于做好防汛工作的通知',
  bad: '关于做好防汛工作，确保安全度汛的通知。',
};
const KIND: CodeEntry = {
  code: 'WRD-DOC-TYPE',
  gate: 'wording',
  severity: 'warning',
  title: { zh: '标题的文种不是15种公文之一，或者两种并用', en: 'The title names no kind of official document, or two' },
  source: `${PROCESSING_REGULATION}第八条`,
  good: '关于……的请示',
  bad: '关于……的请示报告',
};

/** 15 kinds of the 条例, then what a 通知 prints, and some offices issue by itself. */
const KINDS =
  /(决议|决定|命令|令|公报|公告|通告|意见|通知|通报|报告|请示|批复|议案|函|纪要|措施|政策|方案|办法|规定|细则|规则|规程|章程|要点|计划|规划|纲要|预案|指南|指引|清单|目录|标准|制度|条例|倡议书)$/u;
const DOUBLED = /(请示报告|报告请示|通知通告|通告通知|公告通告|请示函|函请示|意见报告|决定通知|通知意见)$/u;

/** Title = 机关 + 事由 + 文种. Names in 书名号 and quotation marks keep their own punctuation. */
export const title: Rule = {
  codes: [PUNCTUATION, KIND],
  check({ policy, outline }) {
    const text = outline?.title?.text.replace(/\s/gu, '') ?? '';
    if (!policy || !outline?.title || !text.includes('关于')) return [];
    const { paragraph } = outline.title;
    const report = (code: CodeEntry, message: Bilingual): Finding =>
      finding(code, policy.item.id, { where: 'title', paragraph, quote: text }, message, {
        zh: `规范写法：${code.good}`,
        en: `As in: ${code.good}`,
      });
    const mark = /[，。；：！？,;:!?…]/u.exec(text.replace(/《[^》]*》|“[^”]*”/gu, ''))?.[0];
    const bare = text.replace(/[（(][^）)]*[）)]$/u, '').replace(/[。.]$/u, '');
    const doubled = DOUBLED.test(bare);
    return [
      ...(mark ? [report(PUNCTUATION, { zh: `标题中用了“${mark}”。`, en: `The title has "${mark}".` })] : []),
      ...(doubled ? [report(KIND, { zh: '标题把两种文种连用。', en: 'The title joins two kinds of document.' })] : []),
      ...(!doubled && /关于.+的/u.test(bare) && !KINDS.test(bare)
        ? [report(KIND, { zh: '标题末尾没有文种。', en: 'The title does not end in a kind of document.' })]
        : []),
    ];
  },
};
