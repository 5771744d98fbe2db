import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { dayOf, finding, type Rule, writings } from '../rule.ts';
import { linesOf, placeIn, sentencesOf } from '../text/lines.ts';

const REPEALED: CodeEntry = {
  code: 'LEG-REPEALED-LAW',
  gate: 'legal',
  severity: 'error',
  title: { zh: '引用在成文日期已经废止的法律、法规', en: 'A law is cited that was no longer in force' },
  source: '《中华人民共和国民法典》第一千二百六十条等废止规定',
  good: '根据《中华人民共和国民法典》（2026年）',
  bad: '根据《中华人民共和国合同法》（2026年）',
};
const NOT_YET: CodeEntry = {
  code: 'LEG-LAW-NOT-YET',
  gate: 'legal',
  severity: 'error',
  title: { zh: '引用在成文日期尚未施行的法律、法规', en: 'A law is cited that was not yet in force' },
  source: '各法律、行政法规的施行条款；《规章制定程序条例》关于依据的要求',
  good: '2025年6月引用《中华人民共和国民营经济促进法》',
  bad: '2025年3月引用《中华人民共和国民营经济促进法》',
};
const FORM: CodeEntry = {
  code: 'LEG-CITATION-FORM',
  gate: 'legal',
  severity: 'warning',
  title: { zh: '引用法律没有用书名号', en: 'A law is cited without title marks' },
  source: 'GB/T 15834—2011《标点符号用法》 4.15',
  good: '根据《中华人民共和国消防法》',
  bad: '根据中华人民共和国消防法',
};
const MARKED = /《([^《》〈〉]{2,60})》/gu;
/** 依据物权法的规定: without title marks, but plainly cited. */
const UNMARKED =
  /(?<=根据|依据|依照|按照)((?:中华人民共和国)?[\u4e00-\u9fa5]{2,20}?(?:法|通则|总则|条例))(?=的?(?:有关|相关)?规定|等|第)/gu;
/** Telling of former times, or of the repeal itself, is no citation as a basis. */
const HISTORY =
  /(原《|当时|曾|已(经|被|于)?[^，。；]{0,14}(废止|失效)|同时废止|予以废止|起废止|修订前|施行前|颁布前|取代|替代|代替|吸收|整合|编入)/u;
const BARE = /(?:根据|依据|依照|按照|违反)(中华人民共和国[\u4e00-\u9fa5]{2,20}?法)(?![律规院官人制治定学庭])/gu;

export const citations: Rule = {
  codes: [REPEALED, NOT_YET, FORM],
  check(bundle, data) {
    const day = dayOf(bundle);
    const laws = new Map(data.laws.flatMap((list) => list.laws).map((law) => [law.title, law]));
    return writings(bundle).flatMap(({ item, model }) =>
      linesOf(model).flatMap((line) => {
        const findings: Finding[] = [];
        for (const sentence of sentencesOf(line.text)) {
          for (const match of [...sentence.text.matchAll(MARKED), ...sentence.text.matchAll(UNMARKED)]) {
            const law = laws.get((match[1] ?? '').replace(/^中华人民共和国/u, '').replace(/[（(].*[）)]$/u, ''));
            if (!law || HISTORY.test(sentence.text)) continue;
            const place = placeIn(line, sentence.start + match.index, sentence.start + match.index + match[0].length);
            if (law.repealedOn !== undefined && law.repealedOn <= day) {
              findings.push(
                finding(
                  REPEALED,
                  item.id,
                  place,
                  {
                    zh: `${match[0]}自${law.repealedOn}起已经废止。`,
                    en: `${match[0]} has no longer been in force since ${law.repealedOn}.`,
                  },
                  law.replacedBy
                    ? { zh: `请改引${law.replacedBy}的相应规定。`, en: `Cite ${law.replacedBy} in its place.` }
                    : undefined,
                ),
              );
            } else if (
              law.inForceFrom !== undefined &&
              law.inForceFrom > day &&
              !/(将于|即将|施行后)/u.test(sentence.text)
            ) {
              findings.push(
                finding(
                  NOT_YET,
                  item.id,
                  place,
                  {
                    zh: `${match[0]}自${law.inForceFrom}起才施行，文件成文于${day}。`,
                    en: `${match[0]} is in force from ${law.inForceFrom}; the document is of ${day}.`,
                  },
                  { zh: '请改引成文时有效的规定。', en: 'Cite what was in force on that day.' },
                ),
              );
            }
          }
        }
        for (const match of line.text.matchAll(BARE)) {
          const start = match.index + match[0].length - (match[1] ?? '').length;
          findings.push(
            finding(
              FORM,
              item.id,
              placeIn(line, start, start + (match[1] ?? '').length),
              { zh: `“${match[1]}”应当用书名号。`, en: `"${match[1]}" needs title marks.` },
              { zh: `请写作《${match[1]}》。`, en: `Write 《${match[1]}》.` },
            ),
          );
        }
        return findings;
      }),
    );
  },
};
