import type { Typesetter } from './printed-document.ts';

/** What a file looks like to readers: sanitised HTML, its text, and the pictures in it. */
export type Display = {
  /** Pictures stand as `<img src="lockstep-image:SHA256">`. */
  html: string;
  text: string;
  images: Picture[];
};
export type Picture = { sha256: string; mediaType: string; bytes: Uint8Array; alt: string };

export type RenderingDeps = {
  toDisplay(file: { mediaType: string; file: string; bytes: Uint8Array; title: string }): Promise<Display>;
  typesetter: Typesetter;
  /** SVG to PNG with our own fonts, at least `width` pixels wide. Nothing outside the SVG is loaded. */
  rasterise(svg: string, width: number): Uint8Array;
  /** The press mail as HTML with `%%NAME%%` slots for values that are already escaped. */
  pressMailTemplate(): Promise<string>;
};

/** Final bytes of one object of a channel, as its readers will see them. */
export type RenderedObject = { path: string; mediaType: string; bytes: Uint8Array };
