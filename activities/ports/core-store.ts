import type { BundleId, Channel } from '../../schemas/bundle.ts';
import type { Finding } from '../../schemas/finding.ts';
import type { GateDecision, GateDefinition } from '../../schemas/gate.ts';
import type { ChannelReceipt } from '../../schemas/receipt.ts';
import type { ReleaseId, ReleasePlan, StagedObject } from '../../schemas/release.ts';
import type { SealedContent } from '../../schemas/seal.ts';
import type { Instant } from '../../schemas/text.ts';
import type { CommitAnswer, Sealed, Transition } from '../releases/types.ts';

export type Revision = Sealed & {
  content: SealedContent;
  gates: GateDefinition[];
  findings: Finding[];
  drafterId: string;
};

export type Staging = {
  releaseId: ReleaseId;
  key: Uint8Array;
  channels: { channel: Channel; objects: StagedObject[] }[];
};

/** The rows of the core. Every writer may be repeated: the first effect stays and is answered again. */
export interface CoreStore {
  /** Gives the revision its number; the same seal of the same bundle keeps the number it has. */
  addRevision(revision: Omit<Revision, 'revision'>): Promise<number>;
  revision(sealed: Pick<Sealed, 'bundleId' | 'revision'>): Promise<Revision | null>;
  bundleIds(): Promise<BundleId[]>;
  /** @throws `GateNotOpen`, `NotAllowed` or `SealStale` where a row or constraint stands against it. */
  addDecision(sealed: Sealed, decision: GateDecision): Promise<{ decidedAt: Instant }>;
  addTransition(transition: Transition): Promise<void>;
  staging(sealed: Sealed): Promise<Staging | null>;
  addStaging(sealed: Sealed, staging: Staging): Promise<Staging>;
  savePlan(sealed: Sealed, plan: ReleasePlan | null): Promise<void>;
  /** Inserts the release row at or after T0 by the database clock, with every gate signed on this seal. */
  commit(sealed: Sealed, releaseId: ReleaseId): Promise<CommitAnswer>;
  receipts(bundleId: BundleId): Promise<ChannelReceipt[]>;
  /** Stores a receipt once per event id. */
  addReceipt(eventId: string, receipt: ChannelReceipt): Promise<void>;
  /** Clock of the database, which decides what is early. */
  now(): Promise<Instant>;
}
