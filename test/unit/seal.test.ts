import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import { completeVariants } from '../../activities/bundles/variants.ts';
import { digestOf } from '../../activities/digest.ts';
import { newReleaseKey, openObject, sealObject } from '../../activities/releases/sealed-staging.ts';
import { eventId } from '../../schemas/event-id.ts';
import { isPermanent } from '../../schemas/failures.ts';
import { ReleaseId } from '../../schemas/release.ts';
import { digest, manifestOf, newBundleId } from '../support/release-fixture.ts';

const input = () => {
  const manifest = manifestOf(newBundleId());
  return {
    manifest,
    parts: manifest.items.map(({ id, sha256, bytes }) => ({ id, sha256: digest(sha256), bytes })),
    channels: ['website' as const, 'wechat' as const],
    policy: 'publish-rest' as const,
    ruleSet: 'rules 1',
  };
};

describe('seal', () => {
  test('does not depend on the order of parts, channels or keys', () => {
    const given = input();
    const shuffled = { ...given, parts: given.parts.toReversed(), channels: given.channels.toReversed() };
    const seal = sealOf(sealedContent(given));
    expect(sealOf(sealedContent(shuffled))).toBe(seal);
    expect(
      sealOf(
        JSON.parse(
          JSON.stringify(sealedContent(given)).replace('{"sealVersion":1,', '{').replace(/}$/, ',"sealVersion":1}'),
        ),
      ),
    ).toBe(seal);
  });

  test('changes with any byte of any part, any variant, the channels, the policy, the rule set and the manifest', () => {
    const given = input();
    const other = [
      {
        ...given,
        parts: given.parts.map((part, n) => (n === 1 ? { ...part, sha256: digest('one byte more') } : part)),
      },
      { ...given, parts: given.parts.slice(1) },
      { ...given, manifest: { ...given.manifest, variants: { wechat: { shortTitle: '另一个标题' } } } },
      { ...given, manifest: { ...given.manifest, title: `${given.manifest.title}（试行）` } },
      { ...given, channels: ['website' as const] },
      { ...given, policy: 'compensate' as const },
      { ...given, ruleSet: 'rules 2' },
    ];
    const seals = [given, ...other].map((each) => sealOf(sealedContent(each)));
    expect(new Set(seals).size).toBe(seals.length);
  });

  test('does not change with the planned time: when is the leader’s decision, not the reviewers’', () => {
    const given = input();
    const later = { ...given, manifest: { ...given.manifest, plannedReleaseAt: '2027-01-01T09:00:00+08:00' } };
    expect(sealOf(sealedContent(later))).toBe(sealOf(sealedContent(given)));
  });
});

describe('proposed channel variants', () => {
  test('a title that WeChat takes stays; a longer one loses the issuing office, then is cut and says so', () => {
    const short = manifestOf(newBundleId());
    expect(completeVariants(short).wechat?.shortTitle).toBe(short.title);
    const printed = '云麓市青禾区人民政府办公室关于印发《青禾区支持中小企业节能降碳改造若干措施》的通知';
    expect(completeVariants({ ...short, title: printed }).wechat?.shortTitle).toBe(
      '青禾区支持中小企业节能降碳改造若干措施',
    );
    const endless = completeVariants({ ...short, title: '长'.repeat(60) }).wechat?.shortTitle ?? '';
    expect([...endless]).toHaveLength(32);
    expect(endless.endsWith('…')).toBe(true);
  });

  test('what was submitted is kept', () => {
    const manifest = { ...manifestOf(newBundleId()), variants: { wechat: { shortTitle: '短标题', digest: '摘要' } } };
    expect(completeVariants(manifest).wechat).toEqual({ shortTitle: '短标题', digest: '摘要' });
  });

  test('always fit WeChat’s limits', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
      .filter((title) => title.trim().length > 0);
    fc.assert(
      fc.property(text, text, (title, issuingBody) => {
        const { wechat } = completeVariants({ ...manifestOf(newBundleId()), title, issuingBody });
        expect([...(wechat?.shortTitle ?? '')].length).toBeLessThanOrEqual(32);
        expect([...(wechat?.digest ?? '')].length).toBeLessThanOrEqual(128);
      }),
    );
  });
});

describe('sealed staging', () => {
  const releaseId = ReleaseId.parse('2f1f7a53-9b7e-4b8e-8f1b-0d6f7a3d9c11');
  const place = { releaseId, path: 'index.html' };

  test('opens to the same bytes with its key at its place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 4096 }), (bytes) => {
        const key = newReleaseKey();
        expect(openObject(key, place, sealObject(key, place, bytes))).toEqual(Buffer.from(bytes));
      }),
    );
  });

  test('opens with no other key, at no other place or release, and not with one bit changed', () => {
    const key = newReleaseKey();
    const sealed = sealObject(key, place, Buffer.from('政策文件'));
    const damaged = (error: unknown) => isPermanent(error, 'StagingDamaged');
    expect(() => openObject(newReleaseKey(), place, sealed)).toThrow(expect.toSatisfy(damaged));
    const otherRelease = ReleaseId.parse('7d0c6a42-0f58-4a53-9a0e-5b8c1d2e3f40');
    for (const elsewhere of [{ path: 'other.html' }, { releaseId: otherRelease }])
      expect(() => openObject(key, { ...place, ...elsewhere }, sealed)).toThrow(expect.toSatisfy(damaged));
    for (let byte = 0; byte < sealed.length; byte++) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(byte) ^ 1, byte);
      expect(() => openObject(key, place, changed)).toThrow(expect.toSatisfy(damaged));
    }
    expect(() => openObject(key, place, sealed.subarray(0, 5))).toThrow(expect.toSatisfy(damaged));
  });

  test('the same page sealed twice looks different, so that nobody can compare', () => {
    const key = newReleaseKey();
    const page = Buffer.from('政策文件');
    expect(digestOf(sealObject(key, place, page))).not.toBe(digestOf(sealObject(key, place, page)));
  });
});

test('an event id follows from what happened, and from nothing else', () => {
  expect(eventId('release.go.v1', 'a', 1)).toBe(eventId('release.go.v1', 'a', 1));
  expect(eventId('release.go.v1', 'a', 1)).not.toBe(eventId('release.go.v1', 'a', 2));
  expect(eventId('a', 'bc')).not.toBe(eventId('ab', 'c'));
  expect(eventId('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});
