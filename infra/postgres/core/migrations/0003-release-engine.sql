-- Selective voiding, delegation, overrides, groups, acts on released bundles. Rows are written once; a later fact is a
-- later row.

-- What the findings of a revision ask of its reviewers (schemas/finding.ts, Obligations).
alter table revision add column obligations jsonb not null default '{"errors": [], "warnings": []}';

-- 依赖: digest of all that a gate's decision on this revision rests on.
create table gate_input (
  bundle_id uuid not null,
  revision  integer not null,
  gate      text not null,
  sha256    text not null check (sha256 ~ '^[0-9a-f]{64}$'),
  primary key (bundle_id, revision, gate),
  unique (bundle_id, revision, gate, sha256),
  foreign key (bundle_id, revision) references revision
);
-- Revisions from before this table: the whole seal is the input, so that nothing of theirs survives a change.
insert into gate_input (bundle_id, revision, gate, sha256)
  select bundle_id, revision, gate ->> 'id', seal from revision, jsonb_array_elements(gates) as gate;

alter table decision
  add column acting_for   text,
  add column answers      jsonb not null default '[]',
  add column input_sha256 text,
  add column carried_from integer,
  add constraint decision_not_for_oneself check (acting_for <> reviewer_id),
  add constraint decision_carried_forward
    check (carried_from is null or (carried_from < revision and decision = 'signed'));
update decision set input_sha256 = seal;
alter table decision alter column input_sha256 set not null;
alter table decision
  add constraint decision_on_its_input foreign key (bundle_id, revision, gate, input_sha256)
    references gate_input (bundle_id, revision, gate, sha256),
  add unique (bundle_id, revision, gate, input_sha256, reviewer_id, decision),
  -- A decision survives only as the decision of the same person on the same bytes.
  add constraint decision_carried_whole foreign key (bundle_id, carried_from, gate, input_sha256, reviewer_id, decision)
    references decision (bundle_id, revision, gate, input_sha256, reviewer_id, decision);

-- 一人至多审签一关, also by delegation: whoever decides and whoever that was for, each once a revision.
alter table decision drop constraint decision_one_gate_a_person;
create table decision_person (
  bundle_id uuid not null,
  revision  integer not null,
  person_id text not null,
  gate      text not null,
  constraint decision_one_gate_a_person primary key (bundle_id, revision, person_id),
  foreign key (bundle_id, revision, gate) references decision
);
insert into decision_person (bundle_id, revision, person_id, gate)
  select bundle_id, revision, reviewer_id, gate from decision;

create function decision_people() returns trigger language plpgsql as $$
begin
  -- 起草人: of this revision and of every one before it, since what they wrote may still stand.
  if exists (select from revision where bundle_id = new.bundle_id and revision <= new.revision
             and drafter_id in (new.reviewer_id, new.acting_for)) then
    raise exception 'Whoever drafted the bundle may not review it, nor may anyone for them'
      using errcode = 'check_violation', constraint = 'decision_no_self_review';
  end if;
  insert into decision_person (bundle_id, revision, person_id, gate)
    select new.bundle_id, new.revision, person, new.gate from unnest(array[new.reviewer_id, new.acting_for]) as person
    where person is not null;
  return null;
end $$;
create trigger decision_people after insert on decision for each row execute function decision_people();

-- An error finding passes only by two people, each with a reason (I23).
create table override (
  bundle_id uuid not null,
  revision  integer not null,
  seal      text not null,
  finding   text not null,
  gate      text not null,
  step      text not null check (step in ('requested', 'confirmed')),
  person_id text not null,
  reason    text not null check (reason <> ''),
  at        timestamptz not null default clock_timestamp(),
  constraint override_once primary key (bundle_id, revision, finding, step),
  constraint override_by_two_people unique (bundle_id, revision, finding, person_id),
  foreign key (bundle_id, revision) references revision
);
create function override_people() returns trigger language plpgsql as $$
begin
  if exists (select from revision where bundle_id = new.bundle_id and revision <= new.revision
             and drafter_id = new.person_id) then
    raise exception 'Whoever drafted the bundle may not override its findings'
      using errcode = 'check_violation', constraint = 'decision_no_self_review';
  end if;
  return null;
end $$;
create trigger override_people after insert on override for each row execute function override_people();

-- 委托
create table delegation (
  delegation_id uuid primary key,
  gate          text not null,
  from_person   text not null,
  to_person     text not null,
  starts_at     timestamptz not null,
  ends_at       timestamptz not null check (ends_at > starts_at),
  reason        text not null check (reason <> ''),
  recorded_by   text not null,
  recorded_at   timestamptz not null default clock_timestamp(),
  check (from_person <> to_person)
);
create table delegation_revocation (
  delegation_id uuid primary key references delegation,
  reason        text not null check (reason <> ''),
  revoked_by    text not null,
  revoked_at    timestamptz not null default clock_timestamp()
);

-- 应急: shortened clocks, and the report that is owed afterwards.
create table emergency (
  bundle_id   uuid primary key references bundle,
  revision    integer not null,
  reason      text not null check (reason <> ''),
  declared_by text not null,
  declared_at timestamptz not null default clock_timestamp()
);
create table emergency_report (
  bundle_id   uuid primary key references emergency,
  text        text not null check (text <> ''),
  reported_by text not null,
  reported_at timestamptz not null default clock_timestamp()
);

-- 催办、升级、告警: what somebody has to look at. Its id follows from what happened, so it is told once.
create table notice (
  notice_id uuid primary key,
  kind      text not null,
  bundle_id uuid not null references bundle,
  revision  integer not null,
  gate      text,
  detail    jsonb,
  at        timestamptz not null default clock_timestamp()
);

-- 同批发布: the members, each with the seal that its leader armed.
create table release_group (
  group_id  uuid not null,
  bundle_id uuid not null references bundle,
  formed_by text not null,
  formed_at timestamptz not null default clock_timestamp(),
  primary key (group_id, bundle_id)
);
alter table plan add column group_id uuid, add column armed_by text;
alter table release add column group_id uuid;

-- What a later bundle did to a released one, and what its document is worth since when.
create table amendment (
  release_id    uuid not null references release,
  bundle_id     uuid not null references bundle,
  act           text not null,
  effective_on  date not null,
  by_bundle_id  uuid not null references bundle,
  by_release_id uuid not null references release,
  at            timestamptz not null default clock_timestamp(),
  primary key (release_id, by_release_id, act)
);
create table validity (
  release_id uuid not null references release,
  bundle_id  uuid not null references bundle,
  validity   text not null,
  since      date not null,
  at         timestamptz not null default clock_timestamp(),
  primary key (release_id, since, validity)
);

alter table receipt
  add column attempt integer not null default 1 check (attempt > 0),
  add column about uuid,
  drop constraint receipt_pkey;
create unique index receipt_once on receipt (release_id, channel, state, attempt, coalesce(about, release_id));

create table inspection (
  inspection_id uuid not null,
  release_id    uuid not null references staging,
  bundle_id     uuid not null,
  channel       text not null,
  state         text not null,
  at            timestamptz not null,
  digests       jsonb not null,
  detail        jsonb,
  received_at   timestamptz not null default clock_timestamp(),
  primary key (inspection_id, release_id, channel)
);

-- 知悉范围: who read a bundle before it was public; one row a person, revision and day (Shanghai).
create table access (
  bundle_id uuid not null references bundle,
  revision  integer not null,
  person_id text not null,
  day       date not null,
  what      text not null,
  at        timestamptz not null default clock_timestamp(),
  primary key (bundle_id, revision, person_id, day, what)
);

-- What the new revision changed, word by word, and which decisions fell by it.
create table revision_change (
  bundle_id     uuid not null,
  revision      integer not null,
  from_revision integer not null,
  changes       jsonb not null,
  at            timestamptz not null default clock_timestamp(),
  primary key (bundle_id, revision),
  foreign key (bundle_id, revision) references revision
);

create function camel_case(name text) returns text language sql immutable strict
  return left(name, 1) || right(replace(initcap(replace(name, '_', ' ')), ' ', ''), -1);

-- One audit row for an inserted row. Arguments: kind, column of the actor, then the columns whose text the chain holds
-- as a digest only.
create function audit_row() returns trigger language plpgsql as $$
declare
  fields jsonb := to_jsonb(new);
begin
  for place in 2 .. tg_nargs - 1 loop
    fields := fields || jsonb_build_object(tg_argv[place], text_digest(fields ->> tg_argv[place]));
  end loop;
  perform audit_append(coalesce(to_jsonb(new) ->> tg_argv[1], 'system'), tg_argv[0], (to_jsonb(new) ->> 'bundle_id')::uuid,
    (select jsonb_object_agg(camel_case(key), case
       when value #>> '{}' ~ '^\d{4}-\d\d-\d\dT\d\d:' then to_jsonb(rfc3339((value #>> '{}')::timestamptz)) -- in no zone of ours
       else value end) from jsonb_each(fields) as each (key, value)
     where key not in ('bundle_id', tg_argv[1])));
  return null;
end $$;

create constraint trigger audit_override after insert on override deferrable initially deferred
  for each row execute function audit_row('override.recorded', 'person_id', 'reason');
create constraint trigger audit_delegation after insert on delegation deferrable initially deferred
  for each row execute function audit_row('delegation.recorded', 'recorded_by', 'reason');
create constraint trigger audit_delegation_revocation after insert on delegation_revocation deferrable initially deferred
  for each row execute function audit_row('delegation.revoked', 'revoked_by', 'reason');
create constraint trigger audit_emergency after insert on emergency deferrable initially deferred
  for each row execute function audit_row('emergency.declared', 'declared_by', 'reason');
create constraint trigger audit_emergency_report after insert on emergency_report deferrable initially deferred
  for each row execute function audit_row('emergency.reported', 'reported_by', 'text');
create constraint trigger audit_notice after insert on notice deferrable initially deferred
  for each row execute function audit_row('notice.issued', 'system', 'detail');
create constraint trigger audit_release_group after insert on release_group deferrable initially deferred
  for each row execute function audit_row('group.formed', 'formed_by');
create constraint trigger audit_amendment after insert on amendment deferrable initially deferred
  for each row execute function audit_row('amendment.recorded', 'system');
create constraint trigger audit_validity after insert on validity deferrable initially deferred
  for each row execute function audit_row('validity.changed', 'system');
create constraint trigger audit_inspection after insert on inspection deferrable initially deferred
  for each row execute function audit_row('inspection.recorded', 'system', 'detail');
create constraint trigger audit_access after insert on access deferrable initially deferred
  for each row execute function audit_row('bundle.read', 'person_id');

create or replace function audit_decision() returns trigger language plpgsql as $$
begin
  perform audit_append(new.reviewer_id, 'decision.recorded', new.bundle_id, jsonb_build_object(
    'revision', new.revision, 'seal', new.seal, 'gate', new.gate, 'decision', new.decision,
    'decidedAt', rfc3339(new.decided_at), 'reason', text_digest(new.reason), 'actingFor', new.acting_for,
    'inputSha256', new.input_sha256, 'carriedFrom', new.carried_from,
    'answers', jsonb_array_length(new.answers), 'answersSha256', sha256_hex(canonical_json(new.answers))));
  return null;
end $$;

-- What the decisions on a revision rest on, and what its findings ask for, are said with the revision.
create or replace function audit_revision() returns trigger language plpgsql as $$
begin
  perform audit_append(new.drafter_id, 'revision.stored', new.bundle_id, jsonb_build_object(
    'revision', new.revision, 'seal', new.seal,
    'gates', (select coalesce(jsonb_agg(gate -> 'id' order by place), '[]')
              from jsonb_array_elements(new.gates) with ordinality as each (gate, place)),
    'gateInputs', (select coalesce(jsonb_object_agg(gate, sha256), '{}') from gate_input
                   where bundle_id = new.bundle_id and revision = new.revision),
    'findings', jsonb_array_length(new.findings), 'findingsSha256', sha256_hex(canonical_json(new.findings)),
    'obligationsSha256', sha256_hex(canonical_json(new.obligations))));
  return null;
end $$;

create or replace function audit_plan() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform audit_append('system', 'plan.withdrawn', old.bundle_id, jsonb_build_object(
      'revision', old.revision, 'seal', old.seal));
  elsif tg_op = 'INSERT' or new is distinct from old then -- a repeat that changes nothing is no change of state
    perform audit_append(coalesce(new.armed_by, 'system'), 'plan.saved', new.bundle_id, jsonb_build_object(
      'revision', new.revision, 'seal', new.seal, 't0', rfc3339(new.t0), 'policy', new.policy, 'groupId', new.group_id));
  end if;
  return null;
end $$;

create or replace function audit_release() returns trigger language plpgsql as $$
begin
  perform audit_append('system', 'release.committed', new.bundle_id, jsonb_build_object(
    'releaseId', new.release_id, 'revision', new.revision, 'seal', new.seal, 't0', rfc3339(new.t0),
    'committedAt', rfc3339(new.committed_at), 'groupId', new.group_id));
  return null;
end $$;

create or replace function audit_receipt() returns trigger language plpgsql as $$
begin
  perform audit_append('channel:' || new.channel, 'receipt.received', new.bundle_id, jsonb_build_object(
    'releaseId', new.release_id, 'channel', new.channel, 'state', new.state, 'attempt', new.attempt, 'about', new.about,
    'at', rfc3339(new.at),
    'digests', jsonb_array_length(new.digests), 'digestsSha256', sha256_hex(canonical_json(new.digests)),
    'url', text_digest(new.url), 'detail', text_digest(canonical_json(new.detail))));
  return null;
end $$;
