import { textBlocks } from './display/blocks.ts';
import { docxToHtml } from './display/docx.ts';
import { finish } from './display/finish.ts';
import { type DisplayImage, publicImage } from './display/image.ts';
import { compare, type Loss } from './display/loss.ts';
import { prepareMarkup } from './display/markup.ts';
import { IMAGE_SCHEME, sanitise } from './display/sanitise.ts';
import { isShown } from './html.ts';
import type { FileToRead } from './inspect.ts';
import { renderMarkdown } from './markdown.ts';
import type { DocumentModel } from './model.ts';
import { readDocument } from './read.ts';
import { corrupt, DocumentRefused } from './refusal.ts';

/** What a channel may show of one item: a sanitised fragment, its text, its pictures, and what the conversion changed. */
export type Display = {
  /** Headings from h2, tables with `th scope`, pictures as `<img src="lockstep-image:SHA256">`. */
  html: string;
  /** The same as plain text, one block a line. */
  text: string;
  images: DisplayImage[];
  /** Empty in a clean conversion; anything here has to be looked at before release. */
  loss: Loss[];
};

export type DisplayInput = FileToRead & {
  title: string;
  /** 文字说明 of a picture. */
  alternativeText?: string | undefined;
};

/** Draws an SVG that has been found to load nothing, as PNG. Needs fonts, so infra implements it. */
export type Rasterise = (svg: Uint8Array) => Promise<Uint8Array>;

export type ToDisplay = (input: DisplayInput) => Promise<Display>;

/**
 * Converts an item for display. The same bytes give the same display. Throws DocumentRefused for a file that the reader
 * refuses; active markup is removed. Formats that are only attachments (PDF, OFD) have an empty fragment.
 */
export const createToDisplay =
  (rasterise: Rasterise): ToDisplay =>
  async (input) => {
    const { model, findings } = await readDocument(input);
    if (!model) throw new DocumentRefused(findings[0] ?? corrupt('无法读取', 'it cannot be read').finding);
    const raw = await convert(input, model, findings.length === 0 ? rasterise : null);
    const html = sanitise(finish(raw.html));
    const loss = model.format === 'pdf' || model.format === 'ofd' ? [] : [...raw.loss, ...compare(model, html)];
    return { html, text: textBlocks(html).join('\n'), images: unique(raw.images), loss };
  };

async function convert(
  { bytes, title, alternativeText }: DisplayInput,
  model: DocumentModel,
  /** Null where the drawing has something active in it: then it is not drawn. */
  rasterise: Rasterise | null,
): Promise<{ html: string; images: DisplayImage[]; loss: Loss[] }> {
  const text = () => new TextDecoder('utf-8').decode(bytes);
  switch (model.format) {
    case 'docx':
      return docxToHtml(bytes, model, title);
    case 'markdown':
      return prepareMarkup(renderMarkdown(text()), (element) => !isShown(element), title);
    case 'html':
      return prepareMarkup(text(), (element) => !isShown(element), title);
    case 'text':
      return {
        html: model.paragraphs.map((paragraph) => `<p>${escapeHtml(paragraph.text)}</p>`).join(''),
        images: [],
        loss: [],
      };
    case 'svg': {
      const words = model.paragraphs.map((paragraph) => paragraph.text);
      const caption = words.map((line) => `<p>${escapeHtml(line)}</p>`).join('');
      if (!rasterise) return { html: caption, images: [], loss: [{ kind: 'dropped', text: `[${title}]` }] };
      return picture(await rasterise(bytes), alternativeText ?? title, caption);
    }
    case 'image':
      return picture(bytes, alternativeText ?? title, '');
    case 'pdf':
    case 'ofd':
      return { html: '', images: [], loss: [] };
  }
}

/** A picture with the words that are drawn in it, for those who cannot see it. */
function picture(bytes: Uint8Array, alt: string, caption: string) {
  const image = publicImage(bytes, alt);
  if (!image) throw corrupt('图片不完整', 'the picture is incomplete');
  const figure = `<figure><img src="${IMAGE_SCHEME}:${image.sha256}" alt="${escapeHtml(alt)}">${caption && `<figcaption class="text-alternative">${caption}</figcaption>`}</figure>`;
  return { html: figure, images: [image], loss: [] };
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const escapeHtml = (text: string) => text.replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);

const unique = (images: DisplayImage[]) => [...new Map(images.map((image) => [image.sha256, image])).values()];
