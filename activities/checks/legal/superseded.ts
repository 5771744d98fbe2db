import type { Finding } from '../../../schemas/finding.ts';
import type { CodeEntry } from '../../../schemas/rules.ts';
import { finding, type Rule } from '../rule.ts';
import { linesOf, placeIn, sentencesOf } from '../text/lines.ts';
import { NORMATIVE_37 } from './sources.ts';

const UNNAMED: CodeEntry = {
  code: 'LEG-SUPERSEDE-UNNAMED',
  gate: 'legal',
  severity: 'error',
  title: { zh: '没有写明旧文件的名称、发文字号及其废止', en: 'The document it replaces is not named' },
  source: NORMATIVE_37,
  good: '《云溪区居家养老服务补贴暂行办法》（云溪政办发〔2024〕19号）同时废止。',
  bad: '原有规定同时废止。',
};
const NUMBER = /[〔[（(【]\d{4}[〕\])）】]\s*第?\s*\d+\s*号|令?\s*第\s*[\d一二三四五六七八九十百〇零]+\s*号/u;
/** 废止 as what this document does. 修订废止情况, 自动失效 and 期满自行废止 are not. */
const REPEALS =
  /(?:同时|即行|相应|一并|予以|自[^。；]{2,16}起|同步|随之)(?:予以)?(?:废止|停止执行|失效)(?=[。；，]|$)/u;
/** 原《…》废止, 《…》（…号）废止. */
const REPEALS_NAMED =
  /(?:原|旧|此前)[^。；，]{0,30}(?:规定|办法|文件|政策|通知|细则|方案|措施|意见)》?(?:（[^）]*）)?[^。；，]{0,4}废止(?=[。；]|$)|》(?:（[^）]*）)?[^。；，]{0,4}废止(?=[。；]|$)/u;
const BY_ITSELF = /(自动|自行)(废止|失效)|有效期(满|届满)/u;

/** A revision names what it replaces, by name and number, so that a reader knows what no longer holds. */
export const superseded: Rule = {
  codes: [UNNAMED],
  check({ manifest, policy, outline }) {
    if (!manifest || !policy) return [];
    const lines = linesOf(policy.model).filter(({ cell }) => !cell);
    const findings: Finding[] = [];
    let names = false;
    for (const line of lines) {
      for (const { text, start } of sentencesOf(line.text)) {
        const match = REPEALS.exec(text) ?? REPEALS_NAMED.exec(text);
        if (!match || BY_ITSELF.test(text) || endsLaw(text, match)) continue;
        const named = /《[^》]+》/u.test(text) && (NUMBER.test(text) || withoutNumber(manifest.supersedes, text));
        names ||= named;
        // Whatever does not agree with this document: nobody can name it.
        if (named || /(不一致|抵触)[^。；]{0,10}废止/u.test(text)) continue;
        findings.push(
          finding(
            UNNAMED,
            policy.item.id,
            placeIn(line, start, start + text.length),
            {
              zh: '宣布废止旧文件，但没有写明它的名称和发文字号。',
              en: 'An older document is repealed without its name and number.',
            },
            { zh: `请写明，例如：${UNNAMED.good}`, en: `Name it, for example: ${UNNAMED.good}` },
          ),
        );
      }
    }
    if (findings.length > 0 || names) return findings;
    const text = lines.map((line) => line.text).join('');
    const unnamed = manifest.supersedes.filter(
      ({ title, documentNumber }) => !(documentNumber ? text.includes(documentNumber) : text.includes(title)),
    );
    const revised = /^(修订后的|经修订的|新修订的|重新修订的)/u.exec(
      lines[indexAfter(lines, outline?.bodyFrom ?? 0)]?.text ?? '',
    );
    if (unnamed.length === 0 && !revised) return [];
    const at = lines[indexAfter(lines, outline?.bodyFrom ?? 0)];
    return [
      finding(
        UNNAMED,
        policy.item.id,
        at ? placeIn(at, 0, at.text.length) : { where: 'body', quote: '' },
        {
          zh:
            unnamed.length > 0
              ? `清单登记了要废止的《${unnamed[0]?.title}》，文件里没有写明。`
              : '文件是修订的，但没有写明废止哪一件旧文件。',
          en:
            unnamed.length > 0
              ? `The manifest lists "${unnamed[0]?.title}" as replaced; the document does not say so.`
              : 'The document is a revision and does not say what it replaces.',
        },
        { zh: `请写明，例如：${UNNAMED.good}`, en: `Name it, for example: ${UNNAMED.good}` },
      ),
    ];
  },
};

/** 《民法典》施行后，《合同法》同时废止: told of laws. No document of an office ends a law. */
function endsLaw(text: string, match: RegExpExecArray): boolean {
  const names = [...text.matchAll(/《([^》]+)》/gu)].map(([, name = '']) => name);
  const repealed = text.slice(0, match.index).endsWith('》') || match[0].startsWith('》');
  return repealed && names.every((name) => /^中华人民共和国|(?<![办做])法$|法典$|通则$/u.test(name));
}

/** Some older documents have no number; the manifest says so. */
const withoutNumber = (supersedes: { title: string; documentNumber: string | null }[], text: string) =>
  supersedes.some(({ title, documentNumber }) => documentNumber === null && text.includes(title));

const indexAfter = (lines: { paragraph: number; text: string }[], from: number) =>
  lines.findIndex(({ paragraph, text }) => paragraph >= from && text.trim() !== '');
