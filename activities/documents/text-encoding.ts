import { type FileFinding, fileFinding } from './file-finding.ts';

const decode = (encoding: string, bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
};

/**
 * Text of a UTF-8 file, without its byte order mark. Any other encoding is named and refused (FILE-ENCODING): a guess
 * that is wrong in three characters of a policy is worse than a question.
 */
export function decodeUtf8(bytes: Uint8Array): { text: string } | { finding: FileFinding } {
  const text = decode('utf-8', bytes);
  if (text !== null && !text.includes('\0')) return { text };
  const encoding = nameEncoding(bytes);
  const line = firstBadLine(bytes);
  const message = encoding
    ? { zh: `文本的编码是 ${encoding}，不是 UTF-8。`, en: `The text is encoded in ${encoding}, not in UTF-8.` }
    : {
        zh: `文本不是有效的 UTF-8：第 ${line} 行有无效字节。`,
        en: `The text is not valid UTF-8: line ${line} has bytes that mean nothing.`,
      };
  const suggestion = {
    zh: '请用记事本或者编辑器打开，另存为 UTF-8 编码后重新提交。',
    en: 'Open it in an editor, save it with the encoding UTF-8 and submit it again.',
  };
  return { finding: fileFinding('FILE-ENCODING', message, suggestion) };
}

/** Names only what it is sure of: a byte order mark, zero bytes on one side, or a text that is wholly Chinese in GB18030. */
function nameEncoding(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) {
    const rest = decode('utf-16le', bytes.subarray(2));
    if (rest !== null && mostlyChinese(rest)) return 'UTF-16LE';
  }
  if (bytes[0] === 0xfe && bytes[1] === 0xff && decode('utf-16be', bytes.subarray(2)) !== null) return 'UTF-16BE';
  if (bytes.subarray(0, 4096).includes(0)) {
    for (const encoding of ['utf-16le', 'utf-16be']) {
      const text = decode(encoding, bytes);
      if (text !== null && mostlyChinese(text)) return encoding.toUpperCase();
    }
    return null;
  }
  const lenient = new TextDecoder('utf-8').decode(bytes);
  const damaged = lenient.split('\ufffd').length - 1;
  const sound = lenient.match(/[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]/g)?.length ?? 0;
  if (damaged < sound) return null; // UTF-8 with some damage
  const gb = decode('gb18030', bytes);
  return gb !== null && mostlyChinese(gb) ? 'GB18030（GBK）' : null;
}

function mostlyChinese(text: string): boolean {
  const sample = text.slice(0, 20_000);
  const beyondAscii = sample.match(/[^\p{ASCII}]/gu)?.length ?? 0;
  const chinese = sample.match(/[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef\u2010-\u2026]/g)?.length ?? 0;
  return beyondAscii === 0 ? !/[^\t\n\r -~]/.test(sample) : chinese / beyondAscii > 0.9;
}

function firstBadLine(bytes: Uint8Array): number {
  let start = 0;
  for (let line = 1; ; line++) {
    const end = bytes.indexOf(0x0a, start);
    const piece = bytes.subarray(start, end < 0 ? bytes.byteLength : end);
    if (decode('utf-8', piece) === null || piece.includes(0) || end < 0) return line;
    start = end + 1;
  }
}
