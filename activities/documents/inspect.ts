import type { FileFinding } from './file-finding.ts';
import { identify } from './file-type.ts';
import { decodeUtf8 } from './text-encoding.ts';

export type FileToRead = { mediaType: string; file: string; bytes: Uint8Array };

/** What can be said of a file without reading it: empty, of another type than it says, password, not UTF-8. */
export function inspectFile({ mediaType, file, bytes }: FileToRead): FileFinding[] {
  const { kind, findings } = identify(mediaType, file, bytes);
  if (kind === 'markdown' || kind === 'html' || kind === 'text' || kind === 'svg') {
    const decoded = decodeUtf8(bytes);
    if ('finding' in decoded) return [decoded.finding];
  }
  return findings;
}
