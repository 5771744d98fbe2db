import type { DocumentModel } from '../model.ts';
import { textBlocks } from './blocks.ts';

export type Loss = { kind: 'dropped' | 'added'; text: string };

/** Only letters and digits count: spacing, and the drawing of a symbol, are the converter's business. */
export const essence = (text: string): string => text.normalize('NFKC').replace(/[^\p{L}\p{N}]/gu, '');

/** What a reader of the document sees, in pieces: the body with its drawn numbers, text boxes and notes. */
export function seenText(model: DocumentModel): string[] {
  const body = model.paragraphs.map((paragraph) => `${paragraph.numbering ?? ''}${paragraph.text}`);
  const beside = model.asides.filter(({ kind }) => kind === 'text-box' || kind === 'footnote' || kind === 'endnote');
  return [...body, ...beside.map((aside) => aside.text)];
}

/**
 * Compares what the scan saw with what will be shown. Neither reader trusts the other: a text that only one of them has
 * is reported, so that nothing is published, and nothing left out, in silence.
 */
export function compare(model: DocumentModel, html: string): Loss[] {
  const count = (texts: string[]) => {
    const left = new Map<string, { text: string; times: number }>();
    for (const text of texts) {
      const key = essence(text);
      if (key !== '') left.set(key, { text, times: (left.get(key)?.times ?? 0) + 1 });
    }
    return left;
  };
  const seen = count(seenText(model));
  const shown = count(textBlocks(html));
  for (const [key, entry] of seen) {
    const other = shown.get(key);
    const both = Math.min(entry.times, other?.times ?? 0);
    entry.times -= both;
    if (other) other.times -= both;
  }
  const rest = (kind: Loss['kind'], left: typeof seen): Loss[] =>
    [...left.values()].filter(({ times }) => times > 0).map(({ text }) => ({ kind, text }));
  return [...rest('dropped', seen), ...rest('added', shown)];
}
