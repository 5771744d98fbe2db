import mammoth from 'mammoth';
import type { DocumentModel } from '../model.ts';
import { alignWith, type MammothElement, STYLE_MAP } from './align.ts';
import { type DisplayImage, publicImage } from './image.ts';
import type { Loss } from './loss.ts';
import { IMAGE_SCHEME } from './sanitise.ts';

/** HTML of a .docx that the scan has passed, not yet sanitised. */
export async function docxToHtml(
  bytes: Uint8Array,
  model: DocumentModel,
  title: string,
): Promise<{ html: string; images: DisplayImage[]; loss: Loss[] }> {
  const images: DisplayImage[] = [];
  const loss: Loss[] = [];
  const convertImage = mammoth.images.imgElement(async (image) => {
    const declared = image as typeof image & { altText?: string };
    const converted = publicImage(await image.readAsBuffer(), declared.altText ?? title);
    if (!converted) {
      loss.push({ kind: 'dropped', text: `[${image.contentType}]` });
      return { src: '' };
    }
    images.push(converted);
    return { src: `${IMAGE_SCHEME}:${converted.sha256}`, alt: converted.alt };
  });
  const { value } = await mammoth.convertToHtml(
    { buffer: Buffer.from(bytes) },
    {
      styleMap: STYLE_MAP,
      includeDefaultStyleMap: false,
      // A style map inside the document would decide how its own text is shown.
      includeEmbeddedStyleMap: false,
      externalFileAccess: false,
      convertImage,
      idPrefix: '',
      transformDocument: (document: MammothElement) => alignWith(model, document),
    },
  );
  return { html: value, images, loss };
}
