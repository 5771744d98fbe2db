/** Text in which disguises are taken off, and where each character of it came from (UTF-16 offsets). */
export type Folded = { text: string; origin: number[] };

const IGNORABLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Mn}\p{Me}]/u;
const SPACE = /[\s\u00a0\u2000-\u200a\u202f\u205f\u3000\u2800\u3164]/u;
/** ★ and what is put in its place. */
const STAR = /[★☆✩✪✫✬✭✮✯✰⭐🌟⋆∗✱✲✳＊*﹡⁎]/u;
/** Traditional forms of the words that rules look for. */
const TRADITIONAL: Record<string, string> = { 機: '机', 絕: '绝', 級: '级', 內: '内', 資: '资', 傳: '传', 開: '开' };

/**
 * Folds full-width, compatibility and traditional forms, drops zero-width characters, and where `spaces` is false drops
 * spaces of every kind, so that 机 密 ☆ １ 年 reads 机密★1年.
 */
export function fold(text: string, { spaces = false }: { spaces?: boolean } = {}): Folded {
  let folded = '';
  const origin: number[] = [];
  let offset = 0;
  for (const character of text) {
    // Nearly every character is an ordinary ideograph, which no folding changes.
    if (character >= '\u4e00' && character <= '\u9fa5' && !(character in TRADITIONAL)) {
      folded += character;
      origin.push(offset);
      offset += 1;
      continue;
    }
    const plain = STAR.test(character) ? '★' : (TRADITIONAL[character] ?? character.normalize('NFKC'));
    for (const part of plain) {
      const skipped = IGNORABLE.test(part) || (!spaces && SPACE.test(part));
      if (skipped) continue;
      folded += part;
      for (let unit = 0; unit < part.length; unit++) origin.push(offset);
    }
    offset += character.length;
  }
  return { text: folded, origin };
}

/** Range in the original text of a range of the folded text. */
export function unfold(
  original: string,
  { origin }: Folded,
  start: number,
  end: number,
): { start: number; end: number } {
  const from = origin[start] ?? 0;
  const last = origin[end - 1] ?? from;
  const character = String.fromCodePoint(original.codePointAt(last) ?? 0);
  return { start: from, end: Math.min(original.length, last + character.length) };
}
