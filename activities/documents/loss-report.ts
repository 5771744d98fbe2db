import type { Loss } from './display/loss.ts';
import type { ToDisplay } from './display.ts';
import { type FileFinding, fileFinding } from './file-finding.ts';
import type { ReadDocument } from './read.ts';
import { DocumentRefused } from './refusal.ts';

/**
 * A reader that also converts each .docx and tells what the conversion would leave out or put in, while the drafter can
 * still mend it. At release time it would be too late, and nobody would see it.
 */
export const withLossReport =
  ({ readDocument, toDisplay }: { readDocument: ReadDocument; toDisplay: ToDisplay }): ReadDocument =>
  async (file) => {
    const result = await readDocument(file);
    if (result.model?.format !== 'docx') return result;
    try {
      const { loss } = await toDisplay({ ...file, title: '' });
      return { ...result, findings: [...result.findings, ...lossFindings(loss)] };
    } catch (error) {
      if (!(error instanceof DocumentRefused)) throw error;
      return { ...result, findings: [...result.findings, error.finding] };
    }
  };

/** One finding for what is left out (somebody has to look), one for what is put in (nothing may be). */
export function lossFindings(loss: Loss[]): FileFinding[] {
  const dropped = loss.filter(({ kind }) => kind === 'dropped').map(({ text }) => text);
  const added = loss.filter(({ kind }) => kind === 'added').map(({ text }) => text);
  const findings: FileFinding[] = [];
  if (dropped.length > 0) {
    findings.push({
      ...fileFinding(
        'FILE-TEXT-NOT-SHOWN',
        {
          zh: `转换为网页时有 ${dropped.length} 处内容不能显示：${excerpt(dropped)}。`,
          en: `On web pages ${dropped.length} piece(s) of the content cannot be shown: ${excerpt(dropped)}.`,
        },
        {
          zh: '请把公式、特殊图形或者其他格式的图片改为文字或者 PNG、JPEG 图片，或者确认可以不显示。',
          en: 'Turn formulas, shapes or other pictures into text, PNG or JPEG, or make sure that they may be left out.',
        },
        { where: 'body', quote: dropped[0] ?? '' },
      ),
      severity: 'warning',
    });
  }
  if (added.length > 0) {
    findings.push(
      fileFinding(
        'FILE-TEXT-ADDED',
        {
          zh: `转换为网页时会多出 ${added.length} 处检查时没有看到的文字。`,
          en: `On web pages ${added.length} piece(s) of text would appear that the checks did not see.`,
        },
        {
          zh: '请把内容粘贴为纯文本到新文件后重新提交。',
          en: 'Paste the content as plain text into a new file and submit that.',
        },
      ),
    );
  }
  return findings;
}

const excerpt = (texts: string[]) =>
  texts
    .slice(0, 3)
    .map((text) => `“${text.length > 30 ? `${text.slice(0, 30)}…` : text}”`)
    .join('、');
