import type { RefusedFile } from './source.ts';

const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}\u2800\u3164\uffa0\ufffd]/gu;

/** Text that can be shown in a message: every character that hides, or turns the line round, by its number. */
export const visible = (text: string, max = 120): string => {
  const shown = text.replace(
    INVISIBLE,
    (character) => `[U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
  );
  return shown.length > max ? `${shown.slice(0, max)}…` : shown;
};

/** Names that Windows gives to devices; a file called so opens the device there. */
const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?$/i;

/** Why a path of a manifest or an archive must not be used, or null. Rule: FILE-PATH-UNSAFE and FILE-NAME-UNSAFE. */
export function refusePath(path: string): RefusedFile | null {
  const refuse = (code: RefusedFile['code'], zh: string, en: string): RefusedFile => ({
    path,
    code,
    message: {
      zh: `文件名“${visible(path)}”${zh}，没有打开这个文件。请改为政策包内的普通文件名。`,
      en: `The file name "${visible(path)}" ${en}; the file was not opened. Give it an ordinary name inside the bundle.`,
    },
  });
  const segments = path.split(/[/\\]/);
  if (segments.includes('..') || segments.includes('.')) {
    return refuse('FILE-PATH-UNSAFE', '含有路径穿越（..）', 'climbs out of its directory (..)');
  }
  if (/^([/\\]|[A-Za-z]:|~\/)/.test(path) || /^[a-z][a-z0-9+.-]*:\/\//i.test(path)) {
    return refuse('FILE-PATH-UNSAFE', '是绝对路径或者网址', 'is an absolute path or an address');
  }
  if (path.includes('\\')) return refuse('FILE-PATH-UNSAFE', '含有反斜杠', 'contains a backslash');
  if (path.search(INVISIBLE) >= 0) {
    return refuse(
      'FILE-NAME-UNSAFE',
      '含有控制字符或者看不见的文字方向符',
      'contains control or text direction characters',
    );
  }
  if (segments.some((segment) => segment === '' || segment.length > 255 || /^\s|[\s.]$/.test(segment))) {
    return refuse(
      'FILE-NAME-UNSAFE',
      '为空、过长或者以空格、句点结尾',
      'is empty, too long, or ends in a blank or a dot',
    );
  }
  if (segments.some((segment) => DEVICE.test(segment) || /[<>:"|?*]/.test(segment))) {
    return refuse('FILE-NAME-UNSAFE', '含有系统保留的名称或者字符', 'uses a name or character that systems reserve');
  }
  return null;
}
