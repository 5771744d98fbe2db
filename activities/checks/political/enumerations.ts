/** A stretch of a line that is a garbled form of `canonical`. */
export type Slip = { start: number; end: number; canonical: string };
type Enumeration = { name: string; members: string[]; whole: boolean };

const plain = (word: string) => word.replace(/[“”]/gu, '');

/** Members joined by 、 or 和 and nothing else: a run of three and more has to be whole and in order. */
export function disorder(text: string, { members, whole: inFull }: Enumeration): Slip[] {
  if (members.filter((member) => text.includes(plain(member))).length < 2) return [];
  const escaped = members.map((member) => member.replace(/[“”]/gu, (quote) => `${quote}?`));
  const member = `(?:${escaped.join('|')})`;
  const run = new RegExp(`${member}(?:[、，和及与]{1,2}${member}){2,}`, 'gu');
  return [...text.matchAll(run)].flatMap((match) => {
    const found = [...match[0].matchAll(new RegExp(member, 'gu'))].map(([word]) => plain(word));
    const ranks = found.map((word) => members.findIndex((known) => plain(known) === word));
    const ordered = ranks.every((rank, at) => at === 0 || rank === (ranks[at - 1] ?? 0) + 1);
    const whole = !inFull || found.length === members.length;
    if (ordered && whole) return [];
    if (!ordered && isOtherList(found, members)) return [];
    return [{ start: match.index, end: match.index + match[0].length, canonical: members.join('、') }];
  });
}

/** “四个意识”（…）: what is given in explanation of a name has to be all of it, and nothing else. */
export function misnamed(text: string, { name, members, whole }: Enumeration): Slip[] {
  if (!whole || !text.includes(name)) return [];
  const explained = new RegExp(`${name}(?:，?即|，?是指|，?包括|[（(：:])[，,：:]?([^）)。；]{8,60})`, 'gu');
  return [...text.matchAll(explained)].flatMap((match) => {
    const items = (match[1] ?? '').split(/[、，和及]/u).map((item) => item.trim());
    const listed = items.slice(
      0,
      Math.max(
        members.length,
        items.findIndex((item) => !item.endsWith(members[0]?.slice(-2) ?? '')),
      ),
    );
    const right = listed.length === members.length && listed.every((item, at) => item === members[at]);
    const known = listed.filter((item) => members.includes(item)).length;
    if (right || known < 2 || known === members.length || disorder(text, { name, members, whole }).length > 0)
      return [];
    const start = match.index + match[0].length - (match[1] ?? '').length;
    return [{ start, end: match.index + match[0].length, canonical: members.join('、') }];
  });
}

/** Few common words of a long list in another order (公正、法治、文明) are not that list. */
const isOtherList = (found: string[], members: string[]) => found.length < Math.min(4, members.length - 1);
