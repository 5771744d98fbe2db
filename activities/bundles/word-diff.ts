import { diffArrays } from 'diff';
import type { Hunk } from '../../schemas/revision-change.ts';

const segmenter = new Intl.Segmenter('zh-CN', { granularity: 'word' });
const wordsOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment);

/** Words that both have are kept as far as they help to find the place. */
const contextLength = 24;
/** Beyond this many changes word by word costs more than it tells; the paragraphs are then shown whole. */
const maxWordEdits = 2_000;
const maxParagraphEdits = 4_000;

/**
 * 逐词比较 of two texts, given as paragraphs. Chinese has no spaces, so words come from the Unicode segmentation (ICU). First
 * paragraphs are matched, then the words of those that were replaced.
 */
export function wordDiff(before: readonly string[], after: readonly string[]): Hunk[] {
  const paragraphs = diffArrays([...before], [...after], { maxEditLength: maxParagraphEdits });
  if (!paragraphs) return [hunk('removed', before.join('\n')), hunk('added', after.join('\n'))];
  const hunks: Hunk[] = [];
  for (let at = 0; at < paragraphs.length; at += 1) {
    const [change, next] = [paragraphs[at], paragraphs[at + 1]];
    if (!change) continue;
    const text = `${change.value.join('\n')}\n`;
    if (change.removed && next?.added) {
      hunks.push(...wordsChanged(text, `${next.value.join('\n')}\n`));
      at += 1;
    } else hunks.push(hunk(change.added ? 'added' : change.removed ? 'removed' : 'same', text));
  }
  return shortened(joined(hunks));
}

function wordsChanged(before: string, after: string): Hunk[] {
  const words = diffArrays(wordsOf(before), wordsOf(after), { maxEditLength: maxWordEdits });
  if (!words) return [hunk('removed', before), hunk('added', after)];
  return words.map(({ added, removed, value }) => hunk(added ? 'added' : removed ? 'removed' : 'same', value.join('')));
}

const hunk = (op: Hunk['op'], text: string): Hunk => ({ op, text });

function joined(hunks: Hunk[]): Hunk[] {
  const result: Hunk[] = [];
  for (const each of hunks) {
    const last = result.at(-1);
    if (last?.op === each.op) last.text += each.text;
    else result.push({ ...each });
  }
  return result;
}

/** Cuts what did not change to the words around the changes. */
function shortened(hunks: Hunk[]): Hunk[] {
  return hunks.map(({ op, text }, at) => {
    const characters = [...text];
    if (op !== 'same' || characters.length <= contextLength * 2 + 1) return { op, text };
    const head = at === 0 ? '' : characters.slice(0, contextLength).join('');
    const tail = at === hunks.length - 1 ? '' : characters.slice(-contextLength).join('');
    return { op, text: `${head}…${tail}` };
  });
}
