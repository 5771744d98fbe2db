import { type FileFinding, fileFinding } from './file-finding.ts';

/** What we can read, by media type and by file name extension. `docm` is known in order to be refused by its name. */
const KINDS = {
  docx: { media: ['application/vnd.openxmlformats-officedocument.wordprocessingml.document'], extensions: ['docx'] },
  docm: {
    media: [
      'application/vnd.ms-word.document.macroenabled.12',
      'application/vnd.ms-word.template.macroenabled.12',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.template',
    ],
    extensions: ['docm', 'dotm', 'dotx'],
  },
  markdown: { media: ['text/markdown', 'text/x-markdown'], extensions: ['md', 'markdown'] },
  html: { media: ['text/html', 'application/xhtml+xml'], extensions: ['html', 'htm', 'xhtml'] },
  text: { media: ['text/plain'], extensions: ['txt'] },
  svg: { media: ['image/svg+xml'], extensions: ['svg'] },
  png: { media: ['image/png'], extensions: ['png'] },
  jpeg: { media: ['image/jpeg'], extensions: ['jpg', 'jpeg'] },
  pdf: { media: ['application/pdf'], extensions: ['pdf'] },
  ofd: { media: ['application/ofd', 'application/vnd.ofd'], extensions: ['ofd'] },
} as const;
export type FileKind = keyof typeof KINDS;

const kindOf = (field: 'media' | 'extensions', value: string): FileKind | null => {
  for (const [kind, names] of Object.entries(KINDS)) {
    if ((names[field] as readonly string[]).includes(value.toLowerCase())) return kind as FileKind;
  }
  return null;
};

const extensionOf = (file: string) => /\.([^./\\]{1,10})$/.exec(file)?.[1] ?? '';

/** The media type that a file name stands for, or null where we cannot read such files. */
export function mediaTypeOf(file: string): string | null {
  const kind = kindOf('extensions', extensionOf(file));
  return kind && KINDS[kind].media[0];
}

export const kindOfMediaType = (mediaType: string): FileKind | null => kindOf('media', mediaType);

type Content = 'zip' | 'cfb' | 'pdf' | 'png' | 'jpeg' | 'program' | 'other-binary' | 'text';

const MAGIC: [Content, number[]][] = [
  ['zip', [0x50, 0x4b, 0x03, 0x04]],
  ['zip', [0x50, 0x4b, 0x05, 0x06]],
  ['cfb', [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]],
  ['pdf', [0x25, 0x50, 0x44, 0x46, 0x2d]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['program', [0x4d, 0x5a]],
  ['program', [0x7f, 0x45, 0x4c, 0x46]],
  ['program', [0xcf, 0xfa, 0xed, 0xfe]],
  ['other-binary', [0x47, 0x49, 0x46, 0x38]], // GIF
  ['other-binary', [0x52, 0x49, 0x46, 0x46]], // RIFF: WebP, AVI
  ['other-binary', [0x52, 0x61, 0x72, 0x21]], // RAR
  ['other-binary', [0x37, 0x7a, 0xbc, 0xaf]], // 7z
  ['other-binary', [0x1f, 0x8b]], // gzip
  ['other-binary', [0x7b, 0x5c, 0x72, 0x74, 0x66]], // RTF
];

/** What the first bytes say; text is what has no zero byte or begins with a byte order mark of UTF-16. */
export function sniff(bytes: Uint8Array): Content {
  for (const [content, magic] of MAGIC) if (magic.every((byte, index) => bytes[index] === byte)) return content;
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  return !utf16 && bytes.subarray(0, 4096).includes(0) && !looksLikeUtf16(bytes) ? 'other-binary' : 'text';
}

/** Without its mark, UTF-16 shows by the zero bytes of its line ends and digits all standing on one side. */
function looksLikeUtf16(bytes: Uint8Array): boolean {
  const sides = [0, 0];
  for (const [index, byte] of bytes.subarray(0, 4096).entries()) {
    if (byte === 0) sides[index % 2] = (sides[index % 2] ?? 0) + 1;
  }
  return Math.min(...sides) === 0 && Math.max(...sides) > 0 && bytes.byteLength % 2 === 0;
}

const EXPECTED: Record<FileKind, Content> = {
  docx: 'zip',
  docm: 'zip',
  ofd: 'zip',
  markdown: 'text',
  html: 'text',
  text: 'text',
  svg: 'text',
  png: 'png',
  jpeg: 'jpeg',
  pdf: 'pdf',
};

const NAMES: Record<Content, { zh: string; en: string }> = {
  zip: { zh: '压缩包', en: 'a zip archive' },
  cfb: { zh: '旧版 Office/WPS 文档', en: 'an old Office or WPS document' },
  pdf: { zh: 'PDF', en: 'a PDF' },
  png: { zh: 'PNG 图片', en: 'a PNG picture' },
  jpeg: { zh: 'JPEG 图片', en: 'a JPEG picture' },
  program: { zh: '可执行程序', en: 'a program' },
  'other-binary': { zh: '其他二进制文件', en: 'another binary file' },
  text: { zh: '文本', en: 'text' },
};

/** OLE compound files keep their stream names in UTF-16; an encrypted OOXML package is the stream of this name. */
const ENCRYPTED_PACKAGE = Buffer.from('EncryptedPackage', 'utf16le');

const SAVE_AS_DOCX = {
  zh: '请用 Word 或 WPS 打开，另存为 .docx 后重新提交。',
  en: 'Open it in Word or WPS, save it as .docx and submit that.',
};

/** Type of a file by declaration, name and content: the kind to read it as, or why it is refused. */
export function identify(
  mediaType: string,
  file: string,
  bytes: Uint8Array,
): { kind: FileKind; findings: [] } | { kind: null; findings: [FileFinding] } {
  const refuse = (...args: Parameters<typeof fileFinding>) => ({
    kind: null,
    findings: [fileFinding(...args)] as [FileFinding],
  });
  if (bytes.byteLength === 0) {
    return refuse(
      'FILE-EMPTY',
      { zh: '文件是空的（0 字节）。', en: 'The file is empty (0 bytes).' },
      { zh: '请检查文件是否保存完整，重新提交。', en: 'Check that it was saved, and submit it again.' },
    );
  }
  const kind = kindOf('media', mediaType);
  const content = sniff(bytes);
  if ((kind === 'docx' || kind === 'docm') && content === 'cfb' && Buffer.from(bytes).includes(ENCRYPTED_PACKAGE)) {
    return refuse(
      'FILE-ENCRYPTED',
      { zh: '文件设有打开密码，无法检查。', en: 'The file has a password and cannot be checked.' },
      { zh: '请去除打开密码后重新提交。', en: 'Remove the password and submit it again.' },
    );
  }
  if (!kind) {
    const old = ['doc', 'wps', 'dot', 'wpt', 'rtf'].includes(extensionOf(file).toLowerCase());
    return refuse(
      'FILE-TYPE-MISMATCH',
      { zh: '系统不能读取这种格式，无法检查。', en: 'Files of this format cannot be read, and so cannot be checked.' },
      old
        ? SAVE_AS_DOCX
        : {
            zh: '请改用 .docx、.md、.html、.txt、.pdf、.png、.jpg 或者 .svg。',
            en: 'Use .docx, .md, .html, .txt, .pdf, .png, .jpg or .svg.',
          },
    );
  }
  const named = kindOf('extensions', extensionOf(file));
  if (named !== kind) {
    return refuse(
      'FILE-TYPE-MISMATCH',
      {
        zh: '文件扩展名与清单声明的媒体类型不一致。',
        en: 'The file name extension and the declared media type differ.',
      },
      { zh: '请更正文件名或者清单中的媒体类型。', en: 'Correct the file name or the media type in the manifest.' },
    );
  }
  if (content !== EXPECTED[kind]) {
    return refuse(
      'FILE-TYPE-MISMATCH',
      {
        zh: `文件内容是${NAMES[content].zh}，与扩展名不符。`,
        en: `The content is ${NAMES[content].en}, which its name does not say.`,
      },
      content === 'cfb'
        ? SAVE_AS_DOCX
        : { zh: '请提交正确格式的文件。', en: 'Submit the file in the format its name says.' },
    );
  }
  return { kind, findings: [] };
}
