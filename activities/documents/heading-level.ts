const NUMERAL = '[一二三四五六七八九十百零〇]{1,5}';
const FORMS: [RegExp, number][] = [
  [new RegExp(`^第${NUMERAL}[章编篇]`), 1],
  [new RegExp(`^第${NUMERAL}节`), 2],
  [new RegExp(`^${NUMERAL}、`), 1],
  [new RegExp(`^[（(]${NUMERAL}[）)]`), 2],
  [/^[0-9０-９]{1,3}[.．、](?![0-9０-９])/, 3],
  [/^[（(][0-9０-９]{1,3}[）)]/, 4],
];

/**
 * Level of the numbering that a paragraph begins with: 一、 1, （一） 2, 1. 3, （1） 4 (GB/T 9704—2012 7.3.3); chapters and
 * sections of a normative document 1 and 2. Null where it begins with none.
 */
export function numberedLevel(text: string): number | null {
  const start = text.slice(0, 16).trimStart();
  return FORMS.find(([form]) => form.test(start))?.[1] ?? null;
}
