import type { Block } from './blocks.ts';

type Head = { title: string; documentNumber: string | null; issuingBody: string };
type Paragraph = Extract<Block, { kind: 'paragraph' }>;

const headLength = 10;
const longestTitleLine = 60;

/**
 * Gives the parts of a 公文 their places (GB/T 9704-2012): 发文机关标志 and title large and centred, 主送机关 flush left,
 * 署名 and 成文日期 at the right. A document that does not bring its title and number gets them; nothing is left out.
 */
export function asOfficialDocument(blocks: Block[], head: Head): Block[] {
  const start = blocks.slice(0, headLength);
  const addressee = start.findIndex((block) => block.kind === 'paragraph' && /：$/.test(block.text));
  const titles = titleLines(blocks, head.title);
  const placed = blocks.map((block, index): Block => {
    if (block.kind !== 'paragraph') return block;
    if (titles.has(index)) return { ...block, as: 'title' };
    if (block.align === 'center') return centred(block, index < (addressee < 0 ? headLength : addressee), head);
    if (block.align) return block;
    if (index === addressee) return { ...block, align: 'flush' };
    const signature = bare(block.text) === bare(head.issuingBody) && isDate(blocks[index + 1]);
    return isDate(block) || signature ? { ...block, align: 'right' } : block;
  });
  const opening = bare(start.map((block) => ('text' in block ? block.text : '')).join(''));
  return opening.includes(bare(head.title)) ? placed : [...ownHead(head, opening), ...placed];
}

/** A line of the head that is neither 发文机关标志 nor number belongs to the title. */
function centred(block: Paragraph, inHead: boolean, { issuingBody }: Head): Paragraph {
  const text = bare(block.text);
  if (text === `${bare(issuingBody)}文件`) return { ...block, as: 'issuer' };
  const number = /〔\d{4}〕\d+号$|第\d+号$/.test(text);
  return inHead && !number && text.length <= longestTitleLine ? { ...block, as: 'title' } : block;
}

/** Where centred lines that follow each other spell the title, as that of a printed document often does over two lines. */
function titleLines(blocks: Block[], title: string): Set<number> {
  const lines = new Set<number>();
  const isCentred = (block: Block | undefined) => block?.kind === 'paragraph' && block.align === 'center';
  for (let from = 0; from < blocks.length; from += 1) {
    let spelt = '';
    for (let to = from; isCentred(blocks[to]) && bare(title).startsWith(spelt); to += 1) {
      spelt += bare((blocks[to] as Paragraph).text);
      if (spelt === bare(title)) for (let line = from; line <= to; line += 1) lines.add(line);
    }
  }
  return lines;
}

const ownHead = ({ title, documentNumber }: Head, opening: string): Paragraph[] => [
  { kind: 'paragraph', text: title, align: 'center', as: 'title' },
  ...(documentNumber && !opening.includes(bare(documentNumber))
    ? [{ kind: 'paragraph', text: documentNumber, align: 'center' } as const]
    : []),
];

const isDate = (block: Block | undefined): boolean =>
  block?.kind === 'paragraph' && /^\d{4}年\d{1,2}月\d{1,2}日$/.test(bare(block.text));

const bare = (text: string): string => text.replace(/\s/g, '');
