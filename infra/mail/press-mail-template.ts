import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

let compiled: Promise<string> | undefined;

/**
 * The press mail as HTML with `%%NAME%%` slots, compiled from MJML once per process. Values never pass through MJML:
 * they are put, escaped, into the finished HTML.
 */
export const pressMailTemplate = (): Promise<string> => (compiled ??= compile());

async function compile(): Promise<string> {
  const { default: mjml2html } = await import('mjml'); // 156 packages: only who composes mails should load them
  const source = await readFile(join(import.meta.dirname, 'press-mail.mjml'), 'utf8');
  // Strict: by default MJML leaves out what it does not understand and says nothing.
  const { html } = await mjml2html(source, { validationLevel: 'strict', keepComments: false });
  return html;
}
