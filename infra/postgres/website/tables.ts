import type { ColumnType, Generated, Transaction } from 'kysely';
import type { LaterAct } from '../../../activities/rendering/page-slots.ts';
import type { Catalogue } from '../../../activities/rendering/website/catalogue.ts';
import type { Bilingual } from '../../../schemas/text.ts';
import type { InboxTable } from '../inbox.ts';

type Json<T> = ColumnType<T, string, string>;

type ReleaseTable = {
  release_id: string;
  bundle_id: string;
  /** Null where it was withdrawn before anything of it came. */
  seal: string | null;
  attempt: Generated<number>;
  state: 'staged' | 'refused' | 'live' | 'superseded' | 'discarded' | 'withdrawn';
  prepared_at: string;
  refused_at: string | null;
  refusal: Json<Bilingual> | null;
  key: Buffer | null;
  committed_at: string | null;
  live_at: string | null;
  verified_at: string | null;
  catalogue: Json<Catalogue> | null;
  previous_release_id: string | null;
  discarded_at: string | null;
  withdrawn_at: string | null;
  withdrawal_reason: string | null;
  validity: string | null;
  validity_since: string | null;
};

type LaterActTable = {
  release_id: string;
  by_release_id: string;
  by_bundle_id: string;
  act: string;
  effective_on: string;
  reason: string;
  noted_at: string;
};

type ObjectTable = {
  release_id: string;
  path: string;
  media_type: string;
  sha256: string;
  bytes: number;
  ciphertext: Buffer;
};

/** The website's database; see its migrations. */
export type WebsiteTables = InboxTable & {
  release: ReleaseTable;
  staged_object: ObjectTable;
  later_act: LaterActTable;
  waiting_to_go: { release_id: string; key: Buffer; committed_at: string; catalogue: Json<Catalogue> };
  pointer: { bundle_id: string; release_id: string | null; version: number };
  pointer_version: { only_row: Generated<boolean>; version: number };
  public_release: Pick<ReleaseTable, 'bundle_id'> & { version: number } & {
    [Column in
      | 'release_id'
      | 'state'
      | 'key'
      | 'committed_at'
      | 'live_at'
      | 'catalogue'
      | 'withdrawn_at'
      | 'withdrawal_reason'
      | 'validity']: ReleaseTable[Column] | null;
  } & { acts: LaterAct[] };
  public_object: ObjectTable;
};

export type Tx = Transaction<WebsiteTables>;
