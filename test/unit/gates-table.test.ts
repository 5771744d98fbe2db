import { describe, expect, test } from 'vitest';
import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import { sealedContent } from '../../activities/bundles/seal.ts';
import { loadOfficeConfig } from '../../infra/config/office.ts';
import type { Manifest, ManifestItem } from '../../schemas/bundle.ts';
import { SealedPart } from '../../schemas/gate.ts';
import { digest, manifestOf, newBundleId } from '../support/release-fixture.ts';

const { gates } = (await loadOfficeConfig()).gates;
const bundleId = newBundleId();
const roles = [
  'policy-document',
  'interpretation-plan',
  'interpretation-material',
  'attachment',
  'supporting-document',
] as const;

/** A bundle with an item of each kind, the picture apart; `changed` names the part that a later revision changes. */
function contentOf(changed?: SealedPart) {
  const items = [...roles, 'picture' as const].map(
    (id): ManifestItem => ({
      id,
      role: id === 'picture' ? 'interpretation-material' : id,
      file: id === 'picture' ? 'cover.png' : `${id}.docx`,
      mediaType:
        id === 'picture' ? 'image/png' : 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
      public: id !== 'supporting-document',
      sha256: digest(id),
      bytes: 1,
    }),
  );
  const base: Manifest = { ...manifestOf(bundleId), items };
  const manifest: Manifest = {
    ...base,
    ...(changed === 'metadata' && { effectiveFrom: '2026-12-01' }),
    ...(changed === 'reviews' && {
      reviews: {
        ...base.reviews,
        legality: { unit: '区司法局', date: '2026-10-01', conclusion: 'approved', item: 'supporting-document' },
      },
    }),
    ...(changed === 'acts' && {
      acts: [{ act: 'abolish', bundleId: newBundleId(), on: '2026-12-01', reason: '已有新规定' }],
    }),
    ...(changed === 'variants' && { variants: { wechat: { shortTitle: '短标题' } } }),
    ...(changed === 'channels' && { channels: ['website', 'wechat'] }),
  };
  return sealedContent({
    manifest,
    parts: items.map(({ id }) => ({ id, sha256: digest(id === changed ? `${id} again` : id), bytes: 1 })),
    channels: ['website'],
    policy: changed === 'policy' ? 'hold-all' : 'publish-rest',
    ruleSet: '1',
  });
}

/** Written from the rules of the field, not from gates.yaml: a cover touches what readers see, not the law; whatever is uploaded may leak. */
const voided: Record<SealedPart, string> = {
  'policy-document': 'political legal secrecy wording',
  'interpretation-plan': 'political secrecy wording',
  'interpretation-material': 'political legal secrecy wording',
  attachment: 'political legal secrecy wording',
  'supporting-document': 'legal secrecy',
  picture: 'political secrecy wording',
  metadata: 'political legal secrecy wording',
  reviews: 'legal secrecy',
  acts: 'political legal secrecy wording',
  variants: 'political secrecy wording',
  channels: 'political legal secrecy wording',
  policy: 'political legal secrecy wording',
};

describe('the shipped gates: a change voids the decisions that rest on it, and no other', () => {
  const before = gateInputs(contentOf(), gates, []);
  test.each(SealedPart.options)('%s', (part) => {
    const after = gateInputs(contentOf(part), gates, []);
    const fallen = gates.map(({ id }) => id).filter((id) => after[id] !== before[id]);
    expect(fallen.join(' ')).toBe(voided[part]);
  });

  test('the same bundle again voids none', () => {
    expect(gateInputs(contentOf(), gates, [])).toEqual(before);
  });

  test('every gate is reminded before its end and escalated after it, and has a shorter emergency clock', () => {
    for (const { id, clockWorkingDays, remindBeforeWorkingDays, emergencyHours } of gates) {
      expect(remindBeforeWorkingDays, id).toBeGreaterThan(0);
      expect(remindBeforeWorkingDays, id).toBeLessThan(clockWorkingDays);
      expect(emergencyHours, id).toBeLessThanOrEqual(24);
    }
  });
});
