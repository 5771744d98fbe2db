-- The core database owns facts. Where the memory of a workflow and a row differ, the row wins.

create table bundle (
  bundle_id  uuid primary key,
  created_at timestamptz not null default clock_timestamp()
);

-- A revision is immutable. `content` is the SealedContent whose canonical form has the digest `seal`.
create table revision (
  bundle_id  uuid not null references bundle,
  revision   integer not null check (revision > 0),
  seal       text not null check (seal ~ '^[0-9a-f]{64}$'),
  content    jsonb not null,
  gates      jsonb not null,
  findings   jsonb not null,
  drafter_id text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (bundle_id, revision),
  unique (bundle_id, seal),
  unique (bundle_id, revision, seal, drafter_id)
);

-- 审签. One outcome a gate; one person, one gate; never the drafter, whoever writes this row.
create table decision (
  bundle_id   uuid not null,
  revision    integer not null,
  seal        text not null,
  gate        text not null,
  decision    text not null check (decision in ('signed', 'returned')),
  reviewer_id text not null,
  drafter_id  text not null,
  reason      text,
  decided_at  timestamptz not null default clock_timestamp(),
  primary key (bundle_id, revision, gate),
  constraint decision_one_gate_a_person unique (bundle_id, revision, reviewer_id),
  constraint decision_no_self_review check (reviewer_id <> drafter_id),
  constraint decision_on_the_seal foreign key (bundle_id, revision, seal, drafter_id)
    references revision (bundle_id, revision, seal, drafter_id),
  check (decision = 'signed' or reason is not null)
);

create table transition (
  bundle_id  uuid not null references bundle,
  transition integer not null check (transition >= 0),
  revision   integer not null,
  seal       text not null,
  state      text not null,
  actor_id   text not null,
  detail     text,
  at         timestamptz not null default clock_timestamp(),
  primary key (bundle_id, transition)
);

-- What the channels will show, and the key that opens it. Both stay here until T0.
create table staging (
  release_id uuid primary key,
  bundle_id  uuid not null,
  revision   integer not null,
  key        bytea not null check (octet_length(key) = 32),
  channels   jsonb not null,
  staged_at  timestamptz not null default clock_timestamp(),
  unique (bundle_id, revision),
  foreign key (bundle_id, revision) references revision
);

-- The leader's decision. No row: held, or never armed.
create table plan (
  bundle_id uuid primary key references bundle,
  revision  integer not null,
  seal      text not null,
  t0        timestamptz not null,
  policy    text not null
);

-- 发布: the one row by which a bundle is public, at most one a revision.
create table release (
  release_id   uuid primary key references staging,
  bundle_id    uuid not null,
  revision     integer not null,
  seal         text not null,
  t0           timestamptz not null,
  committed_at timestamptz not null,
  unique (bundle_id, revision),
  foreign key (bundle_id, revision) references revision,
  check (committed_at >= t0)
);

create table receipt (
  release_id  uuid not null references staging,
  bundle_id   uuid not null,
  channel     text not null,
  state       text not null,
  at          timestamptz not null,
  digests     jsonb not null,
  url         text,
  detail      jsonb,
  received_at timestamptz not null default clock_timestamp(),
  primary key (release_id, channel, state)
);

create table inbox (
  event_id   uuid primary key,
  handled_at timestamptz not null
);
