import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { BundleId } from '../../schemas/bundle.ts';
import type { BundleEvidence } from '../../schemas/evidence.ts';
import { digest, manifestOf } from './release-fixture.ts';

/** The evidence of a bundle of one revision, with whatever else a test has of it. */
export function evidenceFixture(
  bundleId: BundleId,
  { title = '关于规范校园周边交通秩序的通知', ...given }: Partial<BundleEvidence> & { title?: string } = {},
): BundleEvidence {
  const content = sealedContent({
    manifest: { ...manifestOf(bundleId), title },
    ...{ parts: [], channels: ['website'], policy: 'publish-rest', ruleSet: '1' },
  });
  return {
    bundleId,
    chainSize: 0,
    revisions: [
      {
        ...{ revision: 1, seal: sealOf(content), title, documentNumber: content.manifest.documentNumber, content },
        ...{ gates: ['legal'], gateInputs: { legal: digest('input') }, obligations: { errors: [], warnings: [] } },
        ...{ findings: [], drafterId: 'meng-chunhe', createdAt: '2026-03-01T01:00:00.000Z' },
      },
    ],
    ...{ changes: [], decisions: [], overrides: [], delegations: [], revocations: [], emergencies: [] },
    ...{ emergencyReports: [], notices: [], groups: [], transitions: [], releases: [], receipts: [] },
    ...{ inspections: [], amendments: [], validity: [], reads: [], coverage: [], reportOwed: null },
    ...given,
  };
}
