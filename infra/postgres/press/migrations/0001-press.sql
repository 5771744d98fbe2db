-- The press service's own database: ciphertext and digests until `go`, and afterwards who got which mail.

create table delivery (
  release_id uuid primary key,
  bundle_id uuid not null,
  prepared_at timestamptz not null,
  discarded_at timestamptz,
  withdrawn_at timestamptz
);

create table staged_object (
  release_id uuid not null references delivery on delete cascade,
  path text not null,
  sha256 text not null,
  ciphertext bytea not null,
  primary key (release_id, path)
);
alter table staged_object alter column ciphertext set storage external;

-- One row per recipient and matter, written before the mail is given to the host. `accepted_at` and `refused_at` hold
-- what the host said; a row with neither may have been sent or not.
create table mail (
  release_id uuid not null references delivery,
  matter text not null check (matter in ('release', 'recall')),
  address text not null,
  name text not null,
  message_id text not null unique,
  subject text not null,
  pack_sha256 text,
  intended_at timestamptz not null,
  accepted_at timestamptz,
  refused_at timestamptz,
  response text,
  primary key (release_id, matter, address),
  check (accepted_at is null or refused_at is null)
);
