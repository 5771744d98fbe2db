import type { z } from 'zod';
import { Manifest } from '../../schemas/bundle.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { Bilingual } from '../../schemas/text.ts';
import { INTAKE_SOURCE } from '../documents/file-finding.ts';
import { refusePath, visible } from './paths.ts';

/** A manifest of two hundred items with every field filled is a tenth of this. */
const MAX_BYTES = 1024 * 1024;
/** One misspelt template can break every item in the same way; a person mends the first few and asks again. */
const MAX_FINDINGS = 30;

export type ParsedManifest = { manifest: Manifest | null; findings: Finding[] };

/** manifest.json, parsed once. Every finding is MANIFEST-INVALID with the JSON path, what is wrong and how to mend it. */
export function parseManifest(bytes: Uint8Array): ParsedManifest {
  if (bytes.byteLength > MAX_BYTES)
    return refused(`清单超过 ${MAX_BYTES} 字节`, `the manifest has more than ${MAX_BYTES} bytes`);
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    if (error instanceof TypeError) return refused('清单不是 UTF-8 编码', 'the manifest is not UTF-8');
    const at = /position (\d+)/.exec(String(error));
    const line = at ? new TextDecoder().decode(bytes).slice(0, Number(at[1])).split('\n').length : null;
    return refused(
      `清单不是有效的 JSON${line ? `，第 ${line} 行附近有错` : ''}`,
      `the manifest is not valid JSON${line ? `; look near line ${line}` : ''}`,
    );
  }
  const parsed = Manifest.safeParse(json);
  if (parsed.success) return { manifest: parsed.data, findings: [] };
  const unsafe = unsafePaths(json);
  const rest = parsed.error.issues.filter(
    (issue) => !unsafe.has(issue.path[0] === 'items' ? Number(issue.path[1]) : -1),
  );
  const findings = [...unsafe.values(), ...rest.slice(0, MAX_FINDINGS).map((issue) => invalid(json, issue))];
  return { manifest: null, findings };
}

const refused = (zh: string, en: string): ParsedManifest => ({
  manifest: null,
  findings: [
    manifestFinding('MANIFEST-INVALID', 'manifest', '', {
      zh: `清单不能使用：${zh}。`,
      en: `The manifest cannot be used: ${en}.`,
    }),
  ],
});

const MEND = {
  zh: '请按清单格式（manifestVersion 1）更正 manifest.json 后重新提交。',
  en: 'Correct manifest.json (format manifestVersion 1) and submit it again.',
};

export const manifestFinding = (
  code: string,
  item: string,
  quote: string,
  message: Bilingual,
  suggestion: Bilingual = MEND,
): Finding => ({
  code,
  gate: 'intake',
  severity: 'error',
  item,
  location: { where: 'manifest', quote: visible(quote, 60) },
  message,
  source: INTAKE_SOURCE,
  suggestion,
});

function invalid(json: unknown, issue: z.core.$ZodIssue): Finding {
  const path = issue.path
    .map((step) => (typeof step === 'number' ? `[${step}]` : `.${visible(String(step), 40)}`))
    .join('');
  const where = path.replace(/^\./, '') || 'manifest.json';
  const value = valueAt(json, issue.path);
  const { zh, en } = describe(issue, value);
  const quote = typeof value === 'string' ? value.slice(0, 60) : '';
  return manifestFinding('MANIFEST-INVALID', itemOf(json, issue.path), quote, {
    zh: `清单的 ${where} ${zh}。`,
    en: `In the manifest, ${where} ${en}.`,
  });
}

/** Says a zod issue in words; zod's own text is English only. */
function describe(issue: z.core.$ZodIssue, value: unknown): Bilingual {
  if (value === undefined && issue.code !== 'unrecognized_keys') return { zh: '没有填写', en: 'is missing' };
  switch (issue.code) {
    case 'too_big':
      return typeof value === 'string'
        ? {
            zh: `有 ${value.length} 个字，超过上限 ${issue.maximum} 个字`,
            en: `has ${value.length} characters; at most ${issue.maximum} are allowed`,
          }
        : { zh: `超过上限 ${issue.maximum}`, en: `is more than the ${issue.maximum} allowed` };
    case 'too_small':
      return { zh: `为空或者少于 ${issue.minimum}`, en: `is empty or less than ${issue.minimum}` };
    case 'invalid_value':
      return {
        zh: `只能是 ${issue.values.map(String).join('、')}`,
        en: `must be one of ${issue.values.map(String).join(', ')}`,
      };
    case 'unrecognized_keys': {
      const keys = issue.keys
        .map((key) => visible(key, 40))
        .slice(0, 5)
        .join('、');
      return { zh: `有不认识的字段：${keys}`, en: `has fields that nothing reads: ${keys}` };
    }
    case 'invalid_type':
      return { zh: `的类型不对，应当是 ${issue.expected}`, en: `has the wrong type; expected ${issue.expected}` };
    case 'invalid_format':
      return { zh: `的格式不对（${formatName(issue)}）`, en: `is not in the expected format (${formatName(issue)})` };
    default:
      return { zh: '不符合要求', en: `is not acceptable (${issue.message})` };
  }
}

const FORMATS: Record<string, string> = {
  date: 'YYYY-MM-DD',
  datetime: '2026-01-31T09:00:00+08:00',
  uuid: 'UUID',
};
const formatName = (issue: z.core.$ZodIssueInvalidStringFormat) =>
  FORMATS[issue.format] ?? issue.pattern ?? issue.format;

/** An item whose file lies outside the bundle is an attempt at something: named as such even in a manifest that fails. */
function unsafePaths(json: unknown): Map<number, Finding> {
  const items = valueAt(json, ['items']);
  const found = new Map<number, Finding>();
  for (const [index, item] of (Array.isArray(items) ? items.slice(0, 1000) : []).entries()) {
    const file = valueAt(item, ['file']);
    const refusal = typeof file === 'string' && file !== '' ? refusePath(file) : null;
    if (refusal)
      found.set(index, manifestFinding(refusal.code, itemOf(json, ['items', index, 'file']), '', refusal.message));
  }
  return found;
}

const valueAt = (json: unknown, path: PropertyKey[]): unknown =>
  path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | null | undefined)?.[step], json);

/** The item that a field speaks of; title and number of the manifest are those of the policy document. */
function itemOf(json: unknown, path: PropertyKey[]): string {
  const id = (item: unknown) => {
    const candidate = (item as { id?: unknown } | null | undefined)?.id;
    return typeof candidate === 'string' && /^[a-z0-9-]{1,64}$/.test(candidate) ? candidate : null;
  };
  if (path[0] === 'items' && path.length > 1) return id(valueAt(json, path.slice(0, 2))) ?? 'manifest';
  if (path[0] === 'title' || path[0] === 'documentNumber') {
    const items = valueAt(json, ['items']);
    const policy = Array.isArray(items) ? items.find((item) => item?.role === 'policy-document') : null;
    return id(policy) ?? 'manifest';
  }
  return 'manifest';
}
