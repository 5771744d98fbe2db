import type { Act, BundleId, Channel } from '../../schemas/bundle.ts';
import type { Obligations } from '../../schemas/finding.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { Amendment, GroupId, ReleaseId, StagedObject } from '../../schemas/release.ts';
import type { ValidityDates } from './content.ts';

/** The rows of the core, as anyone may have exported them. */
export type Rows = {
  revisions: {
    bundleId: BundleId;
    revision: number;
    seal: string;
    drafterId: string;
    word: string;
    /** Digest of each item, by its role. */
    items: Record<string, string>;
    obligations: Obligations;
  }[];
  decisions: {
    bundleId: BundleId;
    revision: number;
    decision: GateDecision;
    decidedAt: string;
    carriedFrom: number | null;
  }[];
  /** 例外放行, both steps. */
  overrides: { bundleId: BundleId; revision: number; finding: string; step: string; personId: string }[];
  /** In their order, bundle by bundle. */
  transitions: {
    bundleId: BundleId;
    revision: number;
    transition: number;
    state: string;
    actorId: string;
    at: string;
  }[];
  releases: {
    bundleId: BundleId;
    revision: number;
    seal: string;
    releaseId: ReleaseId;
    t0: string;
    committedAt: string;
    groupId: GroupId | null;
  }[];
  receipts: ChannelReceipt[];
  /** What was done to a release by a later one. */
  amendments: (Amendment & { releaseId: ReleaseId })[];
  /** What was sealed for each channel. */
  staged: { bundleId: BundleId; revision: number; channel: Channel; objects: StagedObject[] }[];
};
export type Release = Rows['releases'][number];

/** What the office has decided on beforehand, and everybody may know. */
export type OfficePlan = {
  bundles: readonly {
    bundleId: BundleId;
    channels: { channel: Channel; wave: number }[];
    group: readonly BundleId[];
    /** What it does to another. */
    act: Act | null;
    dates: ValidityDates;
  }[];
  gates: readonly GateDefinition[];
  recipients: readonly string[];
  /** When somebody last asked for another try of a channel. */
  retried: ReadonlyMap<BundleId, number>;
};

/** What the checks remember from one look to the next, and what they object to. */
export function createLedger(plan: OfficePlan) {
  const problems: string[] = [];
  /** Release and channel, as soon as some reader has seen it. */
  const seen = new Set<string>();
  return {
    plan,
    seen,
    /** The only post, the only mail, the only commit that there may be of something. */
    first: new Map<string, string>(),
    mustHold(holds: boolean, what: () => string): void {
      if (!holds) problems.push(what());
    },
    take: () => problems.splice(0),
    planOf: (bundleId: BundleId) => plan.bundles.find((bundle) => bundle.bundleId === bundleId),
    channelsOf: (bundleId: BundleId) => plan.bundles.find((bundle) => bundle.bundleId === bundleId)?.channels ?? [],
  };
}
export type Ledger = ReturnType<typeof createLedger>;

/** A word names one version of one bundle (`content.ts`). */
export const wordsIn = (text: string): string[] => [...new Set(text.match(/[0-9a-f]{8}v\d+w/g))];
export const short = (bundleId: string) => bundleId.slice(0, 8);
export const lastOf = (rows: Rows, bundleId: BundleId) =>
  rows.transitions.findLast((transition) => transition.bundleId === bundleId);
export const said = (rows: Rows, releaseId: string, channel: string, ...states: string[]) =>
  rows.receipts.some(
    (receipt) => receipt.releaseId === releaseId && receipt.channel === channel && states.includes(receipt.state),
  );
/** The release row behind a word; undefined: nobody may read it yet. */
export function releaseOf(rows: Rows, word: string): Release | undefined {
  const revision = rows.revisions.find((row) => row.word === word);
  return rows.releases.find((row) => row.bundleId === revision?.bundleId && row.revision === revision.revision);
}
