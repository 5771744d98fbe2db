const DIGIT: Record<string, number> = {
  〇: 0,
  零: 0,
  '○': 0,
  一: 1,
  二: 2,
  两: 2,
  三: 3,
  四: 4,
  五: 5,
  六: 6,
  七: 7,
  八: 8,
  九: 9,
};
const UNIT: Record<string, number> = { 十: 10, 百: 100, 千: 1000, 万: 10_000, 亿: 100_000_000 };

/** Value of Arabic or Chinese numerals (二〇二六, 二十一, 十五, 一百二十); null where it is none. */
export function numberOf(text: string): number | null {
  const plain = text.replace(/[,，\s]/gu, '');
  if (/^\d+(\.\d+)?$/.test(plain)) return Number(plain);
  if (/^[〇零○一二三四五六七八九]+$/u.test(plain)) return Number([...plain].map((digit) => DIGIT[digit]).join(''));
  if (!/^[〇零○一二两三四五六七八九十百千万亿]+$/u.test(plain)) return null;
  let total = 0;
  let section = 0;
  let digit: number | null = null;
  for (const character of plain) {
    const unit = UNIT[character];
    if (unit === undefined) {
      digit = DIGIT[character] ?? 0;
    } else if (unit >= 10_000) {
      total = (total + section + (digit ?? 0)) * unit;
      section = 0;
      digit = null;
    } else {
      section += (digit ?? 1) * unit;
      digit = null;
    }
  }
  return total + section + (digit ?? 0);
}
