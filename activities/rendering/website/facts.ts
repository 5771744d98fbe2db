import { dayInProse, dayInTable } from '../dates.ts';
import type { SealedManifest } from '../ports.ts';

const actions = { repealed: '废止', amended: '修改', replaced: '代替' } as const;

/** The table of a policy page (政策文件元数据). Dates in it are zero-padded, in prose they are not (as on gov.cn). */
export function policyFacts(manifest: SealedManifest): { name: string; value: string }[] {
  const { title, issuingBody, documentNumber, issuedOn, effectiveFrom, effectiveUntil } = manifest;
  return [
    { name: '标题', value: title },
    { name: '发文机关', value: issuingBody },
    ...(documentNumber ? [{ name: '发文字号', value: documentNumber }] : []),
    { name: '成文日期', value: dayInTable(issuedOn) },
    ...(effectiveFrom ? [{ name: '施行日期', value: dayInTable(effectiveFrom) }] : []),
    ...(effectiveUntil ? [{ name: '有效期至', value: dayInTable(effectiveUntil) }] : []),
    { name: '公开方式', value: '主动公开' },
  ];
}

/** 立改废: what this document does to earlier ones, in sentences. */
export const supersededSentences = ({ supersedes }: SealedManifest): string[] =>
  supersedes.map(({ title, documentNumber, action, on }) => {
    const number = documentNumber ? `（${documentNumber}）` : '';
    return `《${title}》${number}自${dayInProse(on)}起${actions[action]}。`;
  });
