import type { Attributes } from '../xml.ts';

/** What of a run's or paragraph's formatting decides whether a reader sees its text. Unset: inherited. */
export type Formatting = {
  hidden?: boolean;
  bold?: boolean;
  /** Half points. */
  size?: number;
  /** Six hexadecimal digits; `auto` is what the reader's own colours make of it. */
  color?: string;
  fill?: string;
  /** 文本填充 none or fully transparent, or letters squeezed to nothing. */
  invisible?: boolean;
  alignment?: 'left' | 'center' | 'right' | 'justify';
  outline?: number;
  numberingId?: string;
  numberingLevel?: number;
  pageBreakBefore?: boolean;
};

const HIGHLIGHT: Record<string, string> = {
  white: 'FFFFFF',
  black: '000000',
  yellow: 'FFFF00',
  green: '00FF00',
  cyan: '00FFFF',
  magenta: 'FF00FF',
  blue: '0000FF',
  red: 'FF0000',
  darkBlue: '000080',
  darkCyan: '008080',
  darkGreen: '008000',
  darkMagenta: '800080',
  darkRed: '800000',
  darkYellow: '808000',
  darkGray: '808080',
  lightGray: 'C0C0C0',
};

const ALIGNMENT: Record<string, 'left' | 'center' | 'right' | 'justify'> = {
  left: 'left',
  start: 'left',
  center: 'center',
  right: 'right',
  end: 'right',
  both: 'justify',
  distribute: 'justify',
};

const isOn = (value: string | undefined) => value === undefined || !/^(0|false|off)$/.test(value);

/** Takes in one child of `w:rPr` or `w:pPr` (in a document, a style or a numbering level). */
export function applyProperty(to: Formatting, name: string, attributes: Attributes): void {
  const value = attributes('w:val');
  switch (name) {
    case 'w:vanish':
      to.hidden = isOn(value);
      break;
    case 'w:b':
      to.bold = isOn(value);
      break;
    case 'w:sz':
      to.size = Number(value);
      break;
    case 'w:w':
      if (Number.parseInt(value ?? '100', 10) <= 5) to.invisible = true;
      break;
    case 'w:color':
      to.color = themed(attributes('w:themeColor'), value, attributes('w:themeTint') ?? attributes('w:themeShade'));
      break;
    case 'w:shd':
      to.fill = themed(
        attributes('w:themeFill'),
        attributes('w:fill'),
        attributes('w:themeFillShade') ?? attributes('w:themeFillTint'),
      );
      break;
    case 'w:highlight':
      to.fill = HIGHLIGHT[value ?? ''] ?? 'auto';
      break;
    case 'w14:noFill':
      to.invisible = true;
      break;
    case 'w14:srgbClr':
      to.color = (attributes('w14:val') ?? 'auto').toUpperCase();
      break;
    case 'w14:schemeClr':
      if (/^(bg1|lt1)$/.test(attributes('w14:val') ?? '')) to.color = 'FFFFFF';
      break;
    case 'w14:alpha':
      if (Number(attributes('w14:val')) >= 98_000) to.invisible = true;
      break;
    case 'w:jc': {
      const alignment = ALIGNMENT[value ?? ''];
      if (alignment) to.alignment = alignment;
      break;
    }
    case 'w:outlineLvl':
      to.outline = Number(value);
      break;
    case 'w:numId':
      to.numberingId = value ?? '0';
      break;
    case 'w:ilvl':
      to.numberingLevel = Number(value);
      break;
    case 'w:pageBreakBefore':
      to.pageBreakBefore = isOn(value);
      break;
  }
}

/** The theme's white counts as white; its other colours are as written beside it. */
function themed(theme: string | undefined, value: string | undefined, shaded: string | undefined): string {
  if (/^(background1|light1)$/.test(theme ?? '') && shaded === undefined) return 'FFFFFF';
  return (value ?? 'auto').toUpperCase();
}

/** Text below 2 points, or in a colour that its ground swallows: there for a machine, not for a reader. */
export function isUnseen(formatting: Formatting): boolean {
  if (formatting.invisible || (formatting.size ?? 21) <= 4) return true;
  const ink = rgb(formatting.color);
  const ground = rgb(formatting.fill) ?? [255, 255, 255];
  if (!ink) return false;
  return ink.every((channel, index) => Math.abs(channel - (ground[index] ?? 0)) <= 12);
}

function rgb(color: string | undefined): number[] | null {
  if (!color || !/^[0-9A-F]{6}$/i.test(color)) return null;
  return [0, 2, 4].map((at) => Number.parseInt(color.slice(at, at + 2), 16));
}
