import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import mjml2html from 'mjml';
import { pressMailFile } from './press-mail-template.ts';

/** The press mail as HTML with `%%NAME%%` slots, from press-mail.mjml. */
export async function compilePressMail(): Promise<string> {
  const source = await readFile(join(import.meta.dirname, 'press-mail.mjml'), 'utf8');
  // Strict: by default MJML leaves out what it does not understand and says nothing.
  const { html } = await mjml2html(source, { validationLevel: 'strict', keepComments: false });
  return `${html.trim()}\n`;
}

// `npm run generate` runs this file; a test compares what it writes with what is committed.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await writeFile(pressMailFile, await compilePressMail());
