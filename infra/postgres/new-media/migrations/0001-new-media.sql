-- The new-media service's own database. It works inside the core zone: a draft's title may stand here before T0.

-- What was uploaded to an account. WeChat keeps permanent material for ever and counts it, so nothing goes up twice.
create table upload (
  account text not null,
  use text not null check (use in ('cover', 'content')),
  digest text not null,
  url text not null,
  media_id text,
  uploaded_at timestamptz not null default clock_timestamp(),
  primary key (account, use, digest)
);

-- One release on one account. The first instant of each kind is kept, so a repeat says the same.
create table delivery (
  release_id uuid not null,
  account text not null,
  bundle_id uuid not null,
  -- The draft, and how its post is known again where WeChat offers no key of ours.
  media_id text,
  marker jsonb,
  prepared_at timestamptz,
  -- Written before freepublish/submit, which has no idempotency key: nobody forgets that it may have happened.
  intended_at timestamptz,
  submission jsonb,
  article_id text,
  url text,
  live_at timestamptz,
  verified_at timestamptz,
  discarded_at timestamptz,
  -- From this instant on nothing may be published; `withdrawn_at` follows once nothing is public.
  withdrawal_asked_at timestamptz,
  withdrawal_reason text,
  withdrawn_at timestamptz,
  primary key (release_id, account),
  check ((media_id is null) = (marker is null) and (media_id is null) = (prepared_at is null)),
  check (intended_at is null or media_id is not null),
  check (submission is null or intended_at is not null),
  check ((article_id is null) = (live_at is null)),
  check (withdrawn_at is null or withdrawal_asked_at is not null)
);
