import { fileURLToPath } from 'node:url';
import { type FileFinding, fileFinding } from './file-finding.ts';
import type { DocumentModel } from './model.ts';
import { corrupt, DocumentRefused, tooLarge } from './refusal.ts';

const MAX_PAGES = 1000;

const PDFJS = fileURLToPath(new URL('./', import.meta.resolve('pdfjs-dist/package.json')));

/** Text of a PDF, line by line. A PDF is an attachment: layout and tables are not read. */
export async function readPdf(bytes: Uint8Array, part: string, model: DocumentModel): Promise<FileFinding[]> {
  // Loaded on demand: it is large, and most bundles have no PDF.
  const { getDocument } = await import('pdfjs-dist/legacy/build/pdf.mjs');
  const task = getDocument({
    data: new Uint8Array(bytes),
    // Chinese PDFs name character maps that are not inside them.
    cMapUrl: `${PDFJS}cmaps/`,
    standardFontDataUrl: `${PDFJS}standard_fonts/`,
    useSystemFonts: false,
    disableFontFace: true,
    verbosity: 0,
  });
  try {
    const document = await task.promise;
    if (document.numPages > MAX_PAGES)
      throw tooLarge(`PDF 超过 ${MAX_PAGES} 页`, `the PDF has more than ${MAX_PAGES} pages`);
    for (let number = 1; number <= document.numPages; number++) {
      const page = await document.getPage(number);
      const { items } = await page.getTextContent();
      let line = '';
      let first = true;
      const end = () => {
        const text = line.trim();
        line = '';
        if (text === '') return;
        model.paragraphs.push({
          text,
          style: null,
          headingLevel: null,
          numbering: null,
          alignment: null,
          bold: false,
          cell: null,
          pageBreakBefore: first && number > 1,
        });
        first = false;
      };
      for (const item of items) {
        if (!('str' in item)) continue;
        line += item.str;
        if (item.hasEOL) end();
      }
      end();
      page.cleanup();
    }
    const { info } = await document.getMetadata();
    for (const [name, value] of Object.entries(info as Record<string, unknown>)) {
      if (typeof value !== 'string' || value.trim() === '') continue;
      model.properties.push({ name, value, kind: 'core' });
      if (/^(Title|Author|Subject|Keywords)$/.test(name))
        model.asides.push({
          kind: 'core-property',
          text: value,
          part: `${part}#${name}`,
          author: null,
          paragraph: null,
        });
    }
    const attachments = (await document.getAttachments()) as Record<string, unknown> | null;
    model.package.embeddedObjects.push(...Object.keys(attachments ?? {}));
    return (await document.getJSActions()) ? [scripted()] : [];
  } catch (error) {
    if (error instanceof DocumentRefused) throw error;
    if (error instanceof Error && error.name === 'PasswordException') throw encrypted();
    throw corrupt('不是完整的 PDF', 'it is no complete PDF');
  } finally {
    await task.destroy();
  }
}

const scripted = () =>
  fileFinding(
    'FILE-MACRO',
    { zh: 'PDF 含有脚本。', en: 'The PDF has scripts in it.' },
    { zh: '请重新导出不含脚本的 PDF。', en: 'Export a PDF without scripts.' },
  );

const encrypted = () =>
  new DocumentRefused(
    fileFinding(
      'FILE-ENCRYPTED',
      { zh: 'PDF 设有打开密码，无法检查。', en: 'The PDF has a password and cannot be checked.' },
      { zh: '请去除密码后重新提交。', en: 'Remove the password and submit it again.' },
    ),
  );
