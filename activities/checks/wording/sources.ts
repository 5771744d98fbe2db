export const FORMAT = (clause: string) => `GB/T 9704—2012《党政机关公文格式》 ${clause}`;
export const PUNCTUATION = 'GB/T 15834—2011《标点符号用法》';
export const NUMERALS = 'GB/T 15835—2011《出版物上数字用法》';
export const PROCESSING_REGULATION = '《党政机关公文处理工作条例》（中办发〔2012〕14号）';
export const DISCLOSURE_REGULATION = '《中华人民共和国政府信息公开条例》（国务院令第711号）';
export const INTAKE_RULES = '系统收件规则';
export const DICTIONARY = '《现代汉语词典》《第一批异形词整理表》（GF 1001—2001）及公文校对常见错误';
