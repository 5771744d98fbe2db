-- A release may go to many accounts: what was ordered stands here once, and `delivery` has a row for each of them.
create table release (
  release_id uuid primary key,
  bundle_id uuid not null,
  -- Staged objects of the order, references and digests only; null where the release was closed before its order came.
  objects jsonb,
  -- From this instant on the order is not accepted any more: it was rolled back or withdrawn.
  closed_at timestamptz,
  check (objects is not null or closed_at is not null)
);

alter table delivery
  -- As configured when the order came; the first account is the office's main one.
  add column position integer not null default 0,
  -- Which try of the channel `intended_at` and `submission` belong to.
  add column attempt integer check (attempt > 0);
