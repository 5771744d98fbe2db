import { z } from 'zod';
import type { GateId } from '../../schemas/finding.ts';
import { FindingAnswer } from '../../schemas/gate.ts';
import type { ReviewedFinding } from '../../schemas/review.ts';
import { usage } from './failure.ts';

/** 书面答复 by key or by code, as somebody wrote them on a command line or into a file. */
export type WrittenAnswers = ReadonlyMap<string, string>;

const AnswersFile = z.record(z.string(), z.string().trim().min(1));

/** `--answer KEY=text`, each once or several times. Throws where one has no text. */
export function readAnswers(given: readonly string[], file: string | undefined): WrittenAnswers {
  const answers = new Map(Object.entries(parseFile(file)));
  for (const each of given) {
    const at = each.indexOf('=');
    const text = each.slice(at + 1).trim();
    if (at < 1 || text === '') {
      throw usage(
        { zh: `--answer“${each}”没有写成 KEY=答复。`, en: `--answer "${each}" is not KEY=TEXT.` },
        {
          zh: '例如 --answer WRD-TYPO="已核对，用字无误"。',
          en: 'For example --answer WRD-TYPO="checked; it is right".',
        },
      );
    }
    answers.set(each.slice(0, at).trim(), text);
  }
  return answers;
}

function parseFile(text: string | undefined): Record<string, string> {
  if (text === undefined) return {};
  try {
    return AnswersFile.parse(JSON.parse(text));
  } catch {
    throw usage(
      { zh: '--answers 文件不能用。', en: 'The file of --answers cannot be used.' },
      { zh: '写成 JSON：{"编号或代码": "答复"}。', en: 'Write JSON: {"KEY or CODE": "answer"}.' },
    );
  }
}

/**
 * The answers for one gate: a key answers its finding, a code every warning of that code that has no answer of its own.
 * Throws where a key or code names no finding of the gate, since what was meant would stay unanswered.
 */
export function answersFor(
  gate: GateId,
  written: WrittenAnswers,
  findings: readonly Pick<ReviewedFinding, 'key' | 'finding'>[],
): FindingAnswer[] {
  const own = findings.filter(({ finding }) => finding.gate === gate);
  const stray = [...written.keys()].filter(
    (name) => !own.some(({ key, finding }) => name === key || name === finding.code),
  );
  if (stray.length > 0) {
    throw usage(
      { zh: `这一关没有检查意见 ${stray.join('、')}。`, en: `This gate has no finding ${stray.join(', ')}.` },
      { zh: '用 lockstep gate findings 查看编号。', en: 'lockstep gate findings shows the keys.' },
      '--answer',
    );
  }
  return own.flatMap(({ key, finding }) => {
    const answer = written.get(key) ?? (finding.severity === 'warning' ? written.get(finding.code) : undefined);
    return answer === undefined ? [] : [FindingAnswer.parse({ finding: key, answer })];
  });
}
