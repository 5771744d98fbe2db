import { scanXml } from '../xml.ts';

type Level = { start: number; format: string; text: string };
type List = { abstract: string; starts: Map<number, number> };

/** Counts the numbered paragraphs of a document in reading order. */
export type Numbering = {
  /** What Word draws before the next paragraph of this list and level, e.g. `（一）`; null for bullets and no list. */
  next(id: string, level: number): string | null;
};

/** numbering.xml: the numbers that stand in no text. */
export function readNumbering(xml: Uint8Array | undefined): Numbering {
  const abstracts = new Map<string, Map<number, Level>>();
  const lists = new Map<string, List>();
  if (xml) {
    let levels: Map<number, Level> | null = null;
    let level: Level | null = null;
    let list: List | null = null;
    let overridden = 0;
    scanXml(xml, {
      open(name, attributes) {
        const value = attributes('w:val');
        if (name === 'w:abstractNum') {
          levels = new Map();
          abstracts.set(attributes('w:abstractNumId') ?? '', levels);
        } else if (name === 'w:num') {
          levels = null;
          list = { abstract: '', starts: new Map() };
          lists.set(attributes('w:numId') ?? '', list);
        } else if (name === 'w:lvl') {
          level = { start: 1, format: 'decimal', text: '' };
          levels?.set(Number(attributes('w:ilvl')), level);
        } else if (name === 'w:lvlOverride') overridden = Number(attributes('w:ilvl'));
        else if (name === 'w:startOverride') list?.starts.set(overridden, Number(value));
        else if (name === 'w:abstractNumId' && list) list.abstract = value ?? '';
        else if (name === 'w:start' && level) level.start = Number(value);
        else if (name === 'w:numFmt' && level) level.format = value ?? 'decimal';
        else if (name === 'w:lvlText' && level) level.text = value ?? '';
      },
      close(name) {
        if (name === 'w:lvl') level = null;
        if (name === 'w:num') list = null;
      },
      text() {},
    });
  }
  const counters = new Map<string, number[]>();
  const restarted = new Set<string>();
  return {
    next(id, depth) {
      const list = lists.get(id);
      const levels = list && abstracts.get(list.abstract);
      const level = levels?.get(depth);
      if (!list || !levels || !level) return null;
      const counts = counters.get(list.abstract) ?? [];
      counters.set(list.abstract, counts);
      const first = (at: number) => list.starts.get(at) ?? levels.get(at)?.start ?? 1;
      if (list.starts.has(depth) && !restarted.has(`${id}/${depth}`)) {
        restarted.add(`${id}/${depth}`);
        counts.length = Math.min(counts.length, depth);
      }
      for (let above = 0; above < depth; above++) counts[above] ??= first(above);
      counts[depth] = (counts[depth] ?? first(depth) - 1) + 1;
      counts.length = depth + 1;
      if (level.format === 'bullet' || level.format === 'none') return null;
      return level.text.replace(/%([1-9])/g, (_, digit) => {
        const at = Number(digit) - 1;
        return formatNumber(counts[at] ?? first(at), levels.get(at)?.format ?? 'decimal');
      });
    },
  };
}

const DIGITS = '〇一二三四五六七八九';

/** 1 to 99 999 in Chinese counting: 十, 十一, 二十, 一百零一. */
export function chineseCount(value: number): string {
  if (value < 10) return DIGITS[value] ?? '';
  const units = ['', '十', '百', '千', '万'];
  let out = '';
  let zero = false;
  const digits = String(value);
  for (const [index, digit] of [...digits].entries()) {
    const unit = units[digits.length - 1 - index] ?? '';
    if (digit === '0') zero = true;
    else {
      out += (zero && out ? '零' : '') + DIGITS[Number(digit)] + unit;
      zero = false;
    }
  }
  return value < 20 ? out.replace(/^一十/, '十') : out;
}

function roman(value: number): string {
  const table: [number, string][] = [
    [1000, 'M'],
    [900, 'CM'],
    [500, 'D'],
    [400, 'CD'],
    [100, 'C'],
    [90, 'XC'],
    [50, 'L'],
    [40, 'XL'],
    [10, 'X'],
    [9, 'IX'],
    [5, 'V'],
    [4, 'IV'],
    [1, 'I'],
  ];
  let rest = value;
  let out = '';
  for (const [step, letters] of table) {
    for (; rest >= step; rest -= step) out += letters;
  }
  return out;
}

const letters = (value: number) => String.fromCharCode(65 + ((value - 1) % 26)).repeat(Math.ceil(value / 26));

function formatNumber(value: number, format: string): string {
  if (!Number.isInteger(value) || value < 0 || value > 99_999) return String(value);
  switch (format) {
    case 'chineseCounting':
    case 'chineseCountingThousand':
    case 'japaneseCounting':
    case 'taiwaneseCounting':
    case 'taiwaneseCountingThousand':
    case 'ideographDigital':
      return chineseCount(value);
    case 'ideographTraditional':
      return '甲乙丙丁戊己庚辛壬癸'[(value - 1) % 10] ?? '';
    case 'decimalZero':
      return String(value).padStart(2, '0');
    case 'decimalFullWidth':
    case 'decimalFullWidth2':
      return String(value).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    case 'decimalEnclosedCircle':
    case 'decimalEnclosedCircleChinese':
      return value >= 1 && value <= 20 ? String.fromCharCode(0x245f + value) : String(value);
    case 'upperLetter':
      return letters(value);
    case 'lowerLetter':
      return letters(value).toLowerCase();
    case 'upperRoman':
      return value < 5000 ? roman(value) : String(value);
    case 'lowerRoman':
      return value < 5000 ? roman(value).toLowerCase() : String(value);
    case 'none':
      return '';
    default:
      return String(value);
  }
}
