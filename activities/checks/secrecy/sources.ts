export const SECRETS_LAW = '《中华人民共和国保守国家秘密法》';
export const FORMAT_MARK = 'GB/T 9704—2012《党政机关公文格式》 7.2.2';
export const PERSONAL_DATA_LAW = '《中华人民共和国个人信息保护法》';
export const DISCLOSURE_REGULATION = '《中华人民共和国政府信息公开条例》（国务院令第711号）';
export const INTAKE_RULES = '系统收件规则';
