-- What becomes true of a release after its T0: 有效性, acts of later releases, further tries of this channel; and releases
-- that wait for the others of their group.

alter table release
  add column attempt integer not null default 1 check (attempt > 0),
  add column validity text,
  add column validity_since date;

create table later_act (
  release_id uuid not null references release on delete cascade,
  by_release_id uuid not null,
  by_bundle_id uuid not null,
  act text not null,
  effective_on date not null,
  reason text not null,
  noted_at timestamptz not null,
  primary key (release_id, by_release_id, act)
);

-- 同批发布: told to go, and not shown before every member of its group has been told too.
create table waiting_to_go (
  release_id uuid primary key references release on delete cascade,
  key bytea not null,
  committed_at timestamptz not null,
  catalogue jsonb not null
);

drop view public_release;
create view public_release as
  select pointer.bundle_id, pointer.version, release.release_id, release.state, release.key, release.committed_at,
         release.live_at, release.catalogue, release.withdrawn_at, release.withdrawal_reason, release.validity,
         (select coalesce(jsonb_agg(jsonb_build_object(
                   'act', later_act.act, 'on', later_act.effective_on, 'reason', later_act.reason,
                   'byBundleId', later_act.by_bundle_id, 'title', by_release.catalogue ->> 'title')
                 order by later_act.noted_at), '[]')
          from later_act left join release as by_release
            on by_release.release_id = later_act.by_release_id and by_release.state = 'live'
          where later_act.release_id = release.release_id) as acts
  from pointer left join release using (release_id);
