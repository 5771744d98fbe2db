/** A character in a key field that reads like another one, or that no reader sees. Offsets are UTF-16 units. */
export type Confusable = {
  start: number;
  end: number;
  quote: string;
  kind: 'look-alike' | 'invisible';
  instead: string;
};

const INVISIBLE = /\p{Cf}|\p{Cc}|\p{Variation_Selector}|\u115f|\u1160|\u3164|\uffa0|\u2800/u;
/** 康熙部首 and 部首补充 look like the ideograph and are found by no search; compatibility ideographs likewise. */
const RADICAL = /[\u2e80-\u2eff\u2f00-\u2fdf\uf900-\ufaff\u{2f800}-\u{2fa1f}]/u;
/** Cyrillic and Greek letters that are drawn like Latin ones (Unicode confusables.txt, the letters in common fonts). */
const LATIN_LIKE: Record<string, string> = {
  А: 'A',
  В: 'B',
  Е: 'E',
  К: 'K',
  М: 'M',
  Н: 'H',
  О: 'O',
  Р: 'P',
  С: 'C',
  Т: 'T',
  Х: 'X',
  У: 'Y',
  І: 'I',
  Ј: 'J',
  Ѕ: 'S',
  а: 'a',
  е: 'e',
  о: 'o',
  р: 'p',
  с: 'c',
  у: 'y',
  х: 'x',
  і: 'i',
  ј: 'j',
  ѕ: 's',
  Α: 'A',
  Β: 'B',
  Ε: 'E',
  Ζ: 'Z',
  Η: 'H',
  Ι: 'I',
  Κ: 'K',
  Μ: 'M',
  Ν: 'N',
  Ο: 'O',
  Ρ: 'P',
  Τ: 'T',
  Υ: 'Y',
  Χ: 'X',
  ο: 'o',
};
/** Radicals that NFKC leaves as they are, of those met in converted documents. */
const SUPPLEMENT: Record<string, string> = {
  '⺠': '民',
  '⻓': '长',
  '⻔': '门',
  '⻋': '车',
  '⻅': '见',
  '⻉': '贝',
  '⻛': '风',
  '⻝': '食',
  '⻢': '马',
  '⻰': '龙',
};

/**
 * Confusable characters of a title, a document number or a name (code TEXT-CONFUSABLE). Real Russian or Greek words are
 * left alone: only a run of letters made wholly of look-alikes, or mixed with Latin, is taken for one.
 */
export function findConfusables(text: string): Confusable[] {
  const found: Confusable[] = [];
  const add = (start: number, quote: string, kind: Confusable['kind'], instead: string) =>
    found.push({ start, end: start + quote.length, quote, kind, instead });
  let offset = 0;
  for (const character of text) {
    if (INVISIBLE.test(character)) add(offset, character, 'invisible', '');
    else if (RADICAL.test(character)) {
      const plain = SUPPLEMENT[character] ?? character.normalize('NFKC');
      // U+FA0E and eleven more stand among the compatibility ideographs and are ordinary characters.
      if (plain !== character || /[\u2e80-\u2eff]/u.test(character)) {
        add(offset, character, 'look-alike', plain === character ? '' : plain);
      }
    }
    offset += character.length;
  }
  for (const run of text.matchAll(/[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}]+/gu)) {
    const letters = [...run[0]];
    const foreign = letters.filter((letter) => !/\p{Script=Latin}/u.test(letter));
    const deceives = foreign.length > 0 && foreign.every((letter) => letter in LATIN_LIKE);
    const mixed = foreign.length > 0 && foreign.length < letters.length;
    if (!deceives && !mixed) continue;
    let at = run.index;
    for (const letter of letters) {
      const latin = LATIN_LIKE[letter];
      if (latin) add(at, letter, 'look-alike', latin);
      at += letter.length;
    }
  }
  return found.sort((a, b) => a.start - b.start);
}
