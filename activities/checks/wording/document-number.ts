import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { FORMAT } from './sources.ts';

const BRACKET: CodeEntry = {
  code: 'WRD-DOCNUM-BRACKET',
  gate: 'wording',
  severity: 'error',
  title: { zh: '发文字号年份没有用六角括号〔〕括入', en: 'The year of the document number is not in 〔〕' },
  source: FORMAT('7.2.5'),
  good: '云溪政办字〔2026〕14号',
  bad: '云溪政办字[2026]14号',
};
const SERIAL: CodeEntry = {
  code: 'WRD-DOCNUM-SERIAL',
  gate: 'wording',
  severity: 'error',
  title: {
    zh: '发文顺序号加“第”字、编虚位或者缺“号”字，年份不是全称',
    en: 'The serial of the document number is not in its form',
  },
  source: FORMAT('7.2.5'),
  good: '云溪政办发〔2026〕7号',
  bad: '云溪政办发〔2026〕07号',
};

/** 机关代字 + 年份 + 顺序号. 国令第N号, 公告 and the like have another form: 2026年第3号, 第783号. */
const PARTS =
  /^([\u4e00-\u9fa5]{2,20}?)\s*([〔[（(【［﹝]?)\s*(\d{1,4})\s*年?\s*([〕\]）)】］﹞]?)\s*(第?)\s*(\d+)\s*(号?)$/u;
const ORDER_FORM =
  /(令|公告|通告|公报)\s*[（(]?(\d{4}年)?\s*第\s*[\d〇零一二三四五六七八九十百]+\s*号[）)]?$|^第\s*\d+\s*号$/u;

export const documentNumber: Rule = {
  codes: [BRACKET, SERIAL],
  check({ policy, outline }) {
    const spot = outline?.documentNumber;
    if (!policy || !spot || ORDER_FORM.test(spot.text)) return [];
    const parts = PARTS.exec(spot.text);
    if (!parts) return [];
    const [, code = '', open, year = '', close, ordinal, serial = '', suffix] = parts;
    const place = { where: 'docnum', paragraph: spot.paragraph, start: 0, end: spot.text.length, quote: spot.text };
    const right = `${code}〔${year.length === 2 ? `20${year}` : year}〕${Number(serial)}号`;
    const findings: Finding[] = [];
    const report = (entry: CodeEntry, what: string, en: string) =>
      findings.push(
        finding(
          entry,
          policy.item.id,
          place,
          { zh: `发文字号“${spot.text}”${what}。`, en: `Document number "${spot.text}": ${en}.` },
          { zh: `应当写作“${right}”。`, en: `Write "${right}".` },
        ),
      );
    if (open !== '〔' || close !== '〕') report(BRACKET, '的年份没有用六角括号〔〕括入', 'its year is not in 〔〕');
    if (year.length !== 4) report(SERIAL, '的年份应当写全', 'its year has to have four digits');
    else if (ordinal !== '') report(SERIAL, '的顺序号不加“第”字', 'no 第 before the serial');
    else if (/^0/.test(serial)) report(SERIAL, '的顺序号不编虚位', 'no leading zero');
    else if (suffix === '') report(SERIAL, '缺“号”字', 'it does not end in 号');
    return findings;
  },
};
