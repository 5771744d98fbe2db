import { gateInputs } from '../../activities/bundles/gate-inputs.ts';
import type { Intake } from '../../activities/bundles/intake.ts';
import { obligationsOf } from '../../activities/bundles/obligations.ts';
import { sealedContent, sealOf } from '../../activities/bundles/seal.ts';
import type { ReadDocument } from '../../activities/documents/read.ts';
import type { BlobStore } from '../../activities/ports/blob-store.ts';
import type { ChangeStore } from '../../activities/ports/change-store.ts';
import type { CoreStore } from '../../activities/ports/core-store.ts';
import type { SubmitQuery } from '../../schemas/api.ts';
import type { Channel, Manifest } from '../../schemas/bundle.ts';
import type { ChannelsFile, GatesFile, Person } from '../../schemas/configuration.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { ReleasePolicy } from '../../schemas/release.ts';
import type { Submission } from '../../workflows/policy-release/messages.ts';
import { assertMayAct } from './acts.ts';
import { recordChanges } from './changes.ts';
import { Refusal } from './refusal.ts';
import { submissionOf } from './submission-of.ts';

export type SubmissionDeps = {
  store: CoreStore;
  blobs: BlobStore;
  /** Runs every rule over the bundle. */
  check: (intake: Intake) => Promise<{ findings: Finding[]; ruleSet: string }>;
  gates: GatesFile;
  /** Codes of error findings that two people may let pass. */
  overridable: ReadonlySet<string>;
  channels: ChannelsFile;
  people: readonly Person[];
  changes: ChangeStore;
  /** Reads one file for the comparison of two revisions. */
  readDocument: ReadDocument;
};

/** Stores a bundle as a new revision, or refuses it and stores nothing. */
export const createSubmissions =
  ({ store, blobs, changes, readDocument, check, gates, overridable, channels: office, people }: SubmissionDeps) =>
  async (intake: Intake, { channels, policy }: SubmitQuery, drafterId: string) => {
    const { findings, ruleSet } = await check(intake);
    const isNotice = intake.manifest?.policyKind === 'release-notice';
    const passing = gates.gates.filter(({ reviewsNotices }) => reviewsNotices || !isNotice);
    const reviewed = findings.filter(({ gate }) => passing.some(({ id }) => id === gate));
    // What a gate would stop stops the bundle here where that gate is not among those that it passes: nobody could let it by.
    const refused = findings.filter((finding) => finding.severity === 'error' && !reviewed.includes(finding));
    if (!intake.manifest || refused.length > 0) throw refuseIntake(intake.manifest, refused);
    const { manifest } = intake;
    if (manifest.disclosure !== 'proactive') {
      throw new Refusal(
        'NotAllowed',
        { zh: '只有主动公开的文件可以发布', en: 'Only a proactively disclosed document may be released' },
        { where: 'manifest.json: disclosure' },
      );
    }
    assertPolicyCanBeKept(policy, people);
    const chosen = chooseChannels(manifest, channels, office);
    await assertMayAct(
      store,
      manifest,
      chosen.map(({ channel }) => channel),
    );

    for (const { bytes } of intake.parts) await blobs.put(bytes);
    const content = sealedContent({
      manifest,
      parts: intake.parts.map(({ item, bytes, sha256 }) => ({ id: item.id, sha256, bytes: bytes.length })),
      channels: chosen.map(({ channel }) => channel),
      policy,
      ruleSet,
    });
    const seal = sealOf(content);
    const frozen = {
      bundleId: manifest.bundleId,
      seal,
      content,
      gates: passing,
      findings,
      obligations: obligationsOf(reviewed, overridable), // only what somebody is there to answer
      gateInputs: gateInputs(content, passing, findings),
      drafterId,
    };
    const revision = { ...frozen, revision: await store.addRevision(frozen) };
    await recordChanges({ store, blobs, changes, readDocument }, revision);
    const submission: Submission = submissionOf(revision, await store.editors(revision), office);
    return { bundleId: manifest.bundleId, submission, findings };
  };

function refuseIntake(manifest: Manifest | null, findings: Finding[]): Refusal {
  const incomplete = findings.some(({ code }) => code === 'INT-PLAN-ABSENT' || code === 'INT-MATERIAL-ABSENT');
  const reasons = {
    zh: findings.map(({ message }) => message.zh.replace(/。$/, '')).join('；'),
    en: findings.map(({ message }) => message.en.replace(/\.$/, '')).join('; '),
  };
  return new Refusal(
    incomplete ? 'BundleIncomplete' : manifest ? 'FindingsBlock' : 'BundleUnreadable',
    {
      zh: `不予收文：${reasons.zh || '政策包不能读取'}`,
      en: `Not accepted: ${reasons.en || 'the bundle cannot be read'}`,
    },
    {
      findings,
      mend: { zh: '请按检查意见修改后重新提交', en: 'Mend what the findings name, then submit again' },
    },
  );
}

/** I18: the policy is signed, so it may promise nothing that nobody could carry out after the commit. */
function assertPolicyCanBeKept(policy: ReleasePolicy, people: readonly Person[]): void {
  if (policy !== 'compensate' || people.filter(({ roles }) => roles.includes('leader')).length > 1) return;
  throw new Refusal(
    'NotAllowed',
    {
      zh: '策略 compensate 要由第二位签发人确认撤回，本单位只有一位签发人',
      en: 'Under the policy compensate a second leader confirms the withdrawal; this office has one leader',
    },
    {
      where: 'policy',
      mend: {
        zh: '改用 --policy publish-rest 或 hold-all，或者在 people.yaml 中增加一位签发人',
        en: 'Use --policy publish-rest or hold-all, or add a leader to people.yaml',
      },
    },
  );
}

function chooseChannels(
  manifest: Manifest,
  chosen: Channel[] | undefined,
  office: ChannelsFile,
): Submission['channels'] {
  const stray = (chosen ?? []).filter((channel) => !manifest.channels.includes(channel));
  if (stray.length > 0) {
    throw new Refusal('BadRequest', {
      zh: `清单没有列出渠道 ${stray.join('、')}`,
      en: `The manifest does not name the channels ${stray.join(', ')}`,
    });
  }
  const wanted = chosen ?? manifest.channels;
  const installed = office.channels.filter((channel) => channel.installed);
  const missing = wanted.filter((channel) => !installed.some(({ id }) => id === channel));
  if (missing.length > 0) {
    const rest = wanted.filter((channel) => !missing.includes(channel)).join(',');
    throw new Refusal(
      'ChannelNotInstalled',
      { zh: `渠道 ${missing.join('、')} 还没有安装`, en: `Channels that are not installed yet: ${missing.join(', ')}` },
      {
        where: 'manifest.json: channels',
        mend: { zh: `改用 --channels ${rest} 提交`, en: `Leave them out: --channels ${rest}` },
      },
    );
  }
  return installed.filter(({ id }) => wanted.includes(id)).map(({ id, wave }) => ({ channel: id, wave }));
}
