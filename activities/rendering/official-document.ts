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
  const placed = blocks.map((block, index): Block => {
    if (block.kind !== 'paragraph') return block;
    if (block.align === 'center') return centred(block, index < (addressee < 0 ? headLength : addressee), head);
    if (block.align) return block;
    if (index === addressee) return { ...block, align: 'flush' };
    const signature = bare(block.text) === bare(head.issuingBody) && isDate(blocks[index + 1]);
    return isDate(block) || signature ? { ...block, align: 'right' } : block;
  });
  const opening = bare(start.map((block) => ('text' in block ? block.text : '')).join(''));
  return opening.includes(bare(head.title)) ? placed : [...ownHead(head, opening), ...placed];
}

function centred(block: Paragraph, inHead: boolean, { title, issuingBody }: Head): Paragraph {
  const text = bare(block.text);
  if (text === `${bare(issuingBody)}文件`) return { ...block, as: 'issuer' };
  const number = /〔\d{4}〕\d+号$|第\d+号$/.test(text);
  if (text === bare(title) || (inHead && !number && !text.startsWith('（') && text.length <= longestTitleLine)) {
    return { ...block, as: 'title' };
  }
  return block;
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
