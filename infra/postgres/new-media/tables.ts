import type { ColumnType, Generated } from 'kysely';

/** The new-media service's database; see its migrations. */
export type NewMediaTables = {
  upload: {
    account: string;
    use: 'cover' | 'content';
    digest: string;
    url: string;
    media_id: string | null;
    uploaded_at: Generated<string>;
  };
  release: {
    release_id: string;
    bundle_id: string;
    objects: ColumnType<unknown, string | null, string>;
    closed_at: string | null;
  };
  delivery: {
    release_id: string;
    account: string;
    position: Generated<number>;
    attempt: number | null;
    bundle_id: string;
    media_id: string | null;
    marker: ColumnType<unknown, string | null, string>;
    prepared_at: string | null;
    intended_at: string | null;
    submission: ColumnType<unknown, string | null, string>;
    article_id: string | null;
    url: string | null;
    live_at: string | null;
    verified_at: string | null;
    discarded_at: string | null;
    withdrawal_asked_at: string | null;
    withdrawal_reason: string | null;
    withdrawn_at: string | null;
  };
};
