import type { Block } from './blocks.ts';

/** What is printed: text and structure only, already free of anything that is not published. */
export type PrintedDocument = {
  /** For the PDF's own metadata; the page shows `blocks` and nothing else. */
  title: string;
  issuingBody: string;
  blocks: Block[];
};

export interface Typesetter {
  /** A PDF of A4 pages in the geometry of GB/T 9704; the same document gives the same bytes. */
  pdf(document: PrintedDocument): Promise<Uint8Array>;
}
