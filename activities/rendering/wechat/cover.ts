import { escapeMarkup } from '../escape.ts';

const perLine = 12;

/** Lines of about equal length, at most 13 characters; none begins with a mark that ends what stands before it. */
export function coverLines(title: string): string[] {
  const characters = [...title];
  const count = Math.max(1, Math.ceil(characters.length / perLine));
  const length = Math.ceil(characters.length / count);
  const lines: string[] = [];
  for (let from = 0; from < characters.length; ) {
    const closing = /[，。、：；！？）》”’]/.test(characters[from + length] ?? '') ? 1 : 0;
    lines.push(characters.slice(from, from + length + closing).join(''));
    from += length + closing;
  }
  return lines;
}

/** Cover in WeChat's 2.35 : 1, for a post that brings none of its own. */
export function coverSvg({ title, account }: { title: string; account: string }): string {
  const lines = coverLines(title);
  const top = 236 - (lines.length - 1) * 38;
  const text = lines
    .map(
      (line, at) =>
        `<text x="64" y="${top + at * 76}" font-size="58" font-weight="700" fill="#16324f">${escapeMarkup(line)}</text>`,
    )
    .join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" width="900" height="383" viewBox="0 0 900 383" font-family="Noto Sans SC">
<rect width="900" height="383" fill="#f4f7fb"/>
<path d="M620 383 C700 300 820 300 900 250 L900 383 Z" fill="#dfe9f5"/>
<path d="M720 383 C780 330 850 330 900 300 L900 383 Z" fill="#c9daee"/>
<rect width="900" height="10" fill="#b3141c"/>
<rect x="64" y="62" width="48" height="6" fill="#b3141c"/>
${text}
<text x="64" y="346" font-size="24" fill="#55606e">${escapeMarkup(account)}</text>
</svg>`;
}
