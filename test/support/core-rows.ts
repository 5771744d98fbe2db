import { randomUUID } from 'node:crypto';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import { newReleaseKey } from '../../activities/releases/sealed-staging.ts';
import type { ArmedPlan, Sealed } from '../../activities/releases/types.ts';
import type { BundleId, Manifest } from '../../schemas/bundle.ts';
import type { Obligations } from '../../schemas/finding.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import { GroupId, ReleaseId } from '../../schemas/release.ts';
import { fourGates, manifestOf, newBundleId } from './release-fixture.ts';

export const noObligations: Obligations = { errors: [], warnings: [] };
/** The wording gate reads the texts, the secrecy gate everything, the others what the manifest says. */
export const dependentGates: GateDefinition[] = fourGates.map((gate) => ({
  ...gate,
  dependsOn:
    gate.id === 'secrecy' ? gate.dependsOn : gate.id === 'wording' ? ['policy-document'] : ['metadata', 'reviews'],
}));

type Frozen = {
  manifest?: Partial<Manifest>;
  drafterId?: string;
  obligations?: Obligations;
  gates?: GateDefinition[];
};
/** Rows of a bundle as the workflow would write them. */
export const coreRows = (store: CoreStore) => {
  async function revise(bundleId: BundleId, { manifest = {}, ...frozen }: Frozen = {}): Promise<Sealed> {
    const { drafterId = 'drafter', obligations = noObligations, gates = dependentGates } = frozen;
    const content = sealedContent({
      manifest: { ...manifestOf(bundleId), ...manifest },
      ...{ parts: [], channels: ['website'], policy: 'publish-rest', ruleSet: '1' },
    });
    const seal = sealOf(content);
    const revision = await store.addRevision({
      ...{ bundleId, seal, content, gates, findings: [], obligations, drafterId },
      gateInputs: gateInputs(content, gates, []),
    });
    return { bundleId, revision, seal };
  }
  const sign = (sealed: Sealed, gate: string, changes: Partial<GateDecision> = {}) =>
    store.addDecision(sealed, {
      ...{ decision: 'signed', gate, seal: sealed.seal, reviewerId: `reviewer-${gate}` },
      ...changes,
    } as GateDecision);
  const signAll = async (sealed: Sealed, answers: { finding: string; answer: string }[] = []) => {
    for (const { id } of dependentGates) await sign(sealed, id, { answers });
  };
  /** Staged, and armed for an instant that has come. */
  async function arm(sealed: Sealed, groupId: GroupId | null = null, t0 = past()): Promise<ReleaseId> {
    const releaseId = ReleaseId.parse(randomUUID());
    await store.addStaging(sealed, { releaseId, key: newReleaseKey(), channels: [] });
    await store.savePlan(sealed, armedFor(t0, groupId));
    return releaseId;
  }
  /** Bundles of one group, each signed and armed. */
  async function group(size: number) {
    const groupId = GroupId.parse(randomUUID());
    const t0 = past();
    const members: { sealed: Sealed; releaseId: ReleaseId }[] = [];
    for (let member = 0; member < size; member += 1) {
      const sealed = await revise(newBundleId());
      await signAll(sealed);
      members.push({ sealed, releaseId: await arm(sealed, groupId, t0) });
    }
    const ids = members.map(({ sealed }) => sealed.bundleId);
    await store.formGroup(groupId, ids, 'leader');
    return { groupId, t0, members };
  }
  return { revise, sign, signAll, arm, group };
};
export const past = () => new Date(Date.now() - 1_000).toISOString();
export const armedFor = (t0: string, groupId: GroupId | null = null): ArmedPlan => ({
  ...{ t0, policy: 'publish-rest', armedBy: 'leader', groupId },
});
