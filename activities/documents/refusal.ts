import { type FileFinding, fileFinding } from './file-finding.ts';
import { ArchiveRefused } from './zip.ts';

/** Thrown by a reader that will not go on: the file gets this finding and no model. */
export class DocumentRefused extends Error {
  readonly finding: FileFinding;
  constructor(finding: FileFinding) {
    super(finding.message.en);
    this.finding = finding;
  }
}

const MEND_EXPORT = {
  zh: '请用 Word 或 WPS 打开检查，另存为新的 .docx 后提交。',
  en: 'Open it in Word or WPS, save it as a new .docx and submit that.',
};

export const corrupt = (zh: string, en: string) =>
  new DocumentRefused(
    fileFinding('FILE-CORRUPT', { zh: `文件损坏：${zh}。`, en: `The file is damaged: ${en}.` }, MEND_EXPORT),
  );

export const tooLarge = (zh: string, en: string) =>
  new DocumentRefused(
    fileFinding(
      'FILE-TOO-LARGE',
      { zh: `文件超过限制：${zh}。`, en: `The file is beyond a limit: ${en}.` },
      { zh: '请压缩图片或者拆分文件后提交。', en: 'Reduce its pictures or split it, and submit it again.' },
    ),
  );

export const unsafeXml = (zh: string, en: string) =>
  new DocumentRefused(
    fileFinding(
      'FILE-XML-UNSAFE',
      { zh: `文件的 XML 不安全：${zh}，没有继续读取。`, en: `The file's XML is unsafe: ${en}; reading stopped.` },
      MEND_EXPORT,
    ),
  );

/** A refusal as a finding; anything else a reader threw on a hostile file means that it does not hold its format. */
export function findingOf(error: unknown): FileFinding {
  if (error instanceof DocumentRefused) return error.finding;
  if (error instanceof ArchiveRefused) return fileFinding(error.code, error.text, MEND_EXPORT);
  return corrupt('内容不符合所声明的格式', 'its content does not follow the format').finding;
}
