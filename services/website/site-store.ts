import type { LaterAct } from '../../activities/rendering/page-slots.ts';
import type { Catalogue } from '../../activities/rendering/website/catalogue.ts';
import type { ActKind, BundleId } from '../../schemas/bundle.ts';
import type { ReleaseId, StagedObject, Validity } from '../../schemas/release.ts';
import type { Bilingual, Day, Digest, Instant } from '../../schemas/text.ts';

/** A staged object and its ciphertext, as it came out of the staging blob store. */
export type SealedFile = Omit<StagedObject, 'ciphertext'> & { sealed: Uint8Array };

/** Ciphertext that is in memory, by its digest. */
export type TakeHeld = (sha256: string) => Uint8Array | undefined;

/** `attempt` is the try of this channel that an order belongs to; receipts say it back. */
export type StagedRelease = { releaseId: ReleaseId; bundleId: BundleId; seal: Digest; attempt: number };

/** A release that was told to go; `group` names all that go at one stroke, itself included. */
export type Going = {
  releaseId: ReleaseId;
  bundleId: BundleId;
  key: Uint8Array;
  committedAt: Instant;
  catalogue: Catalogue;
  group: readonly ReleaseId[];
};

/** What a later release did to this one. */
export type NotedAct = {
  releaseId: ReleaseId;
  act: ActKind;
  on: Day;
  reason: string;
  by: { releaseId: ReleaseId; bundleId: BundleId };
};

/** What the site knows of one release; times are of its own database's clock, but for those in the events. */
export type SiteRelease = Omit<StagedRelease, 'seal'> & {
  /** Null where it was withdrawn before anything of it came here. */
  seal: Digest | null;
  state: 'staged' | 'refused' | 'live' | 'superseded' | 'discarded' | 'withdrawn';
  preparedAt: Instant;
  refusal: { at: Instant; reason: Bilingual } | null;
  committedAt: Instant | null;
  liveAt: Instant | null;
  verifiedAt: Instant | null;
  discardedAt: Instant | null;
  withdrawnAt: Instant | null;
  acts: { by: ReleaseId; notedAt: Instant }[];
};

/** What is said of a release, and by which digests it is known. */
export type SiteReleaseAndFiles = SiteRelease & { files: Pick<StagedObject, 'path' | 'mediaType' | 'sha256'>[] };

/** Runs `effect` once per event id, for those that are new: their inbox rows and the effect commit together. */
export interface SiteInbox<Tx> {
  /** Resolves to the events that were new. */
  onceEach(
    eventIds: readonly string[],
    effect: (fresh: ReadonlySet<string>, tx: Tx) => Promise<void>,
  ): Promise<ReadonlySet<string>>;
}

/** Effects of release events. Each runs inside the inbox transaction of its event. */
export interface SiteWrites<Tx> {
  /** Stages anew what was staged, refused or discarded; a release that is or was public stays as it is. */
  stage(release: StagedRelease, files: SealedFile[], tx: Tx): Promise<void>;
  /** Remembers why a release cannot be shown, so that a repeat says the same. One that is or was public stays as it is. */
  refuse(release: StagedRelease, refusal: Bilingual, tx: Tx): Promise<void>;
  /** Of these releases those that wait for their `go`, held until the end of `tx`; `bytes` of all files of each. */
  staged(releaseIds: readonly ReleaseId[], tx: Tx): Promise<{ releaseId: ReleaseId; bytes: number }[]>;
  /**
   * The staged files of releases; none for one that has none. `take` is asked for the ciphertext by the digest of what lies
   * in the store, which is read where it answers with nothing.
   */
  sealedFiles(releaseIds: readonly ReleaseId[], take: TakeHeld, tx: Tx): Promise<Map<ReleaseId, SealedFile[]>>;
  /**
   * The one switch: from the commit of `tx` on, all pages of these releases are public, before it none. Where a bundle
   * shows a release that was committed later, that one stays. One of a group waits here until every member was told to go;
   * then all of them are public from one commit on. Rejects where two are of one bundle: their order is for the caller.
   */
  goLive(releases: readonly Going[], tx: Tx): Promise<void>;
  /** Deletes what was staged. A live release goes back to what its bundle showed before. */
  discard(releaseId: ReleaseId, tx: Tx): Promise<void>;
  /**
   * Leaves a tombstone; files and key are deleted, so that nothing can bring the text back. Of a release that is not
   * known yet it is remembered, and what comes of it later changes nothing.
   */
  withdraw(release: Omit<StagedRelease, 'seal'>, reason: string, withdrawnAt: Instant, tx: Tx): Promise<void>;
  /** Shown on every page of the release from now on. */
  noteAct(act: NotedAct, tx: Tx): Promise<void>;
  setValidity(releaseId: ReleaseId, validity: Validity, since: Day, tx: Tx): Promise<void>;
}

export interface SiteRecords {
  /** Those that are known, each with what `release` and `files` say. */
  releases(releaseIds: readonly ReleaseId[]): Promise<SiteReleaseAndFiles[]>;
  release(releaseId: ReleaseId): Promise<SiteRelease | undefined>;
  /** Paths and digests of a release's files, whatever its state; empty once they are deleted. */
  files(releaseId: ReleaseId): Promise<Pick<StagedObject, 'path' | 'mediaType' | 'sha256'>[]>;
  /** Live releases that nobody has read back yet, oldest first. */
  unverified(): Promise<ReleaseId[]>;
  /** The first call decides the instant; later ones change nothing. */
  markVerified(releaseId: ReleaseId): Promise<void>;
}

/** What a bundle shows. `version` grows with every switch of any bundle. */
export type Pointer = { bundleId: BundleId; version: number; shows: Shown | null };
export type Shown =
  | {
      state: 'live';
      releaseId: ReleaseId;
      key: Uint8Array;
      committedAt: Instant;
      liveAt: Instant;
      catalogue: Catalogue;
      validity: Validity;
      acts: LaterAct[];
    }
  | { state: 'withdrawn'; releaseId: ReleaseId; title: string; reason: string; withdrawnAt: Instant };

/** All that the public side may read: released rows only. */
export interface PublicReads {
  /** Pointers switched after `version`, in no order. */
  pointersSince(version: number): Promise<Pointer[]>;
  object(
    releaseId: ReleaseId,
    path: string,
  ): Promise<{ mediaType: string; sha256: string; ciphertext: Uint8Array } | undefined>;
}
