import type { SealedContent } from '../../schemas/seal.ts';
import type { Rasterise, ToDisplay } from '../documents/display.ts';
import type { Typesetter } from './printed-document.ts';

export type RenderingDeps = {
  toDisplay: ToDisplay;
  typesetter: Typesetter;
  /** Draws our own SVG, such as a cover, as PNG with our own fonts. */
  rasterise: Rasterise;
  /** The press mail as HTML with `%%NAME%%` slots for values that are already escaped. */
  pressMailTemplate(): Promise<string>;
};

export type Picture = { sha256: string; mediaType: string; bytes: Uint8Array; alt: string };

/** The manifest as it was sealed: without the planned time, which is not the content's. */
export type SealedManifest = SealedContent['manifest'];

/** Final bytes of one object of a channel, as its readers will see them. */
export type RenderedObject = { path: string; mediaType: string; bytes: Uint8Array };
