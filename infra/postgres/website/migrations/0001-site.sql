-- The website's own database. It stands in the public zone: before T0 it holds ciphertext, digests and ids, never a
-- title, a number or a word of text, so a copy of it gives nothing away.

create table inbox (
  event_id uuid primary key,
  handled_at timestamptz not null
);

create table release (
  release_id uuid primary key,
  bundle_id uuid not null,
  seal text not null,
  state text not null check (state in ('staged', 'refused', 'live', 'superseded', 'discarded', 'withdrawn')),
  prepared_at timestamptz not null,
  refused_at timestamptz,
  refusal jsonb,
  -- From here on: filled by `go`, when all of it is public.
  key bytea,
  committed_at timestamptz,
  live_at timestamptz,
  verified_at timestamptz,
  catalogue jsonb,
  previous_release_id uuid references release,
  discarded_at timestamptz,
  withdrawn_at timestamptz,
  withdrawal_reason text,
  check (state not in ('live', 'superseded') or (key is not null and live_at is not null and catalogue is not null)),
  check (state in ('live', 'superseded') or key is null)
);
create index release_unverified on release (live_at) where state = 'live' and verified_at is null;

create table staged_object (
  release_id uuid not null references release on delete cascade,
  path text not null,
  media_type text not null,
  sha256 text not null,
  bytes integer not null,
  ciphertext bytea not null,
  primary key (release_id, path)
);
-- Ciphertext does not compress; trying costs time at the worst moment.
alter table staged_object alter column ciphertext set storage external;

-- The one switch: what a bundle shows. Null after a roll-back that leaves nothing to show.
create table pointer (
  bundle_id uuid primary key,
  release_id uuid references release,
  version bigint not null unique
);

-- Every switch takes the next number under this row's lock, so numbers become visible in their order and an instance
-- that knows version n misses nothing by asking for what is newer.
create table pointer_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);
insert into pointer_version (version) values (0);

-- All that the public side may read.
create view public_release as
  select pointer.bundle_id, pointer.version, release.release_id, release.state, release.key, release.committed_at,
         release.live_at, release.catalogue, release.withdrawn_at, release.withdrawal_reason
  from pointer left join release using (release_id);

create view public_object as
  select staged_object.*
  from pointer join release using (release_id) join staged_object using (release_id)
  where release.state = 'live';
