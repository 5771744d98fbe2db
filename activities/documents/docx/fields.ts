/** Fields that fetch something when the document is opened or printed (ECMA-376-1 §17.16.5, and DDE of old). */
const FETCHES =
  /^\s*(DDE|DDEAUTO|INCLUDETEXT|INCLUDEPICTURE|INCLUDE|IMPORT|LINK|RD|DATABASE|MERGEFIELD\s+INCLUDE\S*)(?=\s|$)/i;

/** A name of a field spelt in character codes has no honest use; `{ QUOTE 68 68 69 }` is DDE. */
const SPELT = /^\s*QUOTE(\s+\d{2,3}){3,}/i;

export const fieldFetches = (code: string): boolean => FETCHES.test(code) || SPELT.test(code);

/** Address of a HYPERLINK field. */
export function fieldLink(code: string): string | null {
  const found = /^\s*HYPERLINK\s+(?:"([^"]*)"|([^\s\\]\S*))/i.exec(code);
  return found?.[1] ?? found?.[2] ?? null;
}
