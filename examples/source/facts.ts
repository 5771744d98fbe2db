/**
 * What every part of the example says alike. 云麓市青禾区, its people, addresses and telephone numbers (0390 is no
 * area code) are invented.
 */
export const facts = {
  title: '青禾区支持中小企业节能降碳改造若干措施',
  number: '青禾政字〔2026〕31号',
  issuer: '青禾区人民政府',
  office: '青禾区人民政府办公室',
  unit: '区发展和改革局',
  issuedOn: '2026年11月18日',
  effectiveFrom: '2026年12月25日',
  effectiveUntil: '2028年12月24日',
  releasedOn: '2026年11月25日',
  phone: '0390-5550186',
} as const;
