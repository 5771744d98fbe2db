import { createHash } from 'node:crypto';

export type Files = Record<string, string | Uint8Array>;

type ItemFields = { id: string; file: string; role?: string; mediaType?: string } & Record<string, unknown>;

const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

/** The files of a small valid bundle with its manifest; `change` edits the manifest before it is written. */
export function bundleFiles(
  files: Files,
  items: ItemFields[],
  change: (manifest: Record<string, unknown>) => void = () => {},
): Files {
  const manifest: Record<string, unknown> = {
    manifestVersion: 1,
    bundleId: '7f1c9a52-0f3e-4c5a-9d43-3f6f4a6f1b11',
    title: '关于规范校园周边交通秩序的通知',
    documentNumber: '云溪政办字〔2026〕12号',
    policyKind: 'notice',
    issuingBody: '云溪区人民政府办公室',
    draftingUnit: '区交通局',
    drafter: null,
    issuedOn: '2026-03-02',
    effectiveFrom: null,
    effectiveUntil: null,
    supersedes: [],
    disclosure: 'proactive',
    isNormative: false,
    isBusinessSupport: false,
    isMajorDecision: false,
    affectsOperators: false,
    reviews: { legality: null, fairCompetition: null, publicConsultation: null },
    channels: ['website'],
    plannedReleaseAt: '2026-03-05T09:00:00+08:00',
    items: items.map((item) => ({
      role: 'interpretation-material',
      mediaType: 'text/markdown',
      public: true,
      sha256: sha256(files[item.file] ?? ''),
      bytes: Buffer.byteLength((files[item.file] ?? '') as string),
      ...item,
    })),
  };
  change(manifest);
  return { ...files, 'manifest.json': JSON.stringify(manifest) };
}
