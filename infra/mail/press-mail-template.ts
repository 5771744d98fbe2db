import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

export const pressMailFile = join(import.meta.dirname, 'press-mail.html');

/**
 * The press mail as HTML with `%%NAME%%` slots. It is compiled from MJML by `npm run generate`, since MJML's 156 packages
 * take seconds to load. Values never pass through MJML: they are put, escaped, into the finished HTML.
 */
export const pressMailTemplate = (): Promise<string> => readFile(pressMailFile, 'utf8');
