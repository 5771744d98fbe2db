/** Checks of numbers that name a person. All take digits without separators. */

const ID_WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const ID_CHECK = '10X98765432';
/** 省级行政区划代码 (GB/T 2260), and 81, 82, 83 for residents of Hong Kong, Macao and Taiwan. */
const PROVINCES = /^(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3])/;

/** 公民身份号码 (GB 11643—1999): province, a date of birth that exists, check character. */
export function isIdNumber(text: string): boolean {
  const number = text.toUpperCase();
  if (!/^\d{17}[\dX]$/.test(number) || !PROVINCES.test(number)) return false;
  const [year, month, day] = [number.slice(6, 10), number.slice(10, 12), number.slice(12, 14)].map(Number) as [
    number,
    number,
    number,
  ];
  if (year < 1900 || year > 2100 || month < 1 || month > 12) return false;
  if (day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return false;
  const sum = ID_WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0);
  return ID_CHECK[sum % 11] === number[17];
}

/** Luhn (ISO/IEC 7812-1). */
export function isLuhn(digits: string): boolean {
  let sum = 0;
  for (let at = 0; at < digits.length; at++) {
    const digit = Number(digits[digits.length - 1 - at]);
    const doubled = at % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return digits.length > 0 && sum % 10 === 0;
}

/** Bank cards issued in China begin with 62 (UnionPay); other schemes count only where the text speaks of a card. */
export const isBankCard = (digits: string, spokenOf: boolean) =>
  /^\d{16,19}$/.test(digits) &&
  isLuhn(digits) &&
  (/^62/.test(digits) || (spokenOf && /^(3[457]|4|5[1-5]|60|9)/.test(digits)));

export const isMobile = (digits: string) => /^1[3-9]\d{9}$/.test(digits);
