-- 审计链: one row per change of state, written in the transaction of that change by the database itself, so that no
-- program can change a state and forget to say so. Rows hold references, digests and counts, never unreleased text.

create table audit (
  seq       bigint primary key check (seq > 0),
  at        timestamptz not null check (at = date_trunc('milliseconds', at)),
  actor     text not null check (actor <> ''),
  kind      text not null check (kind <> ''),
  bundle_id uuid,
  payload   jsonb not null check (jsonb_typeof(payload) = 'object'),
  prev_hash text not null unique check (prev_hash ~ '^[0-9a-f]{64}$'), -- no two rows follow from one
  hash      text not null check (hash ~ '^[0-9a-f]{64}$')
);
create index audit_of_bundle on audit (bundle_id, seq);

-- Against accidents. The owner of a database can undo both; what he does then is found by the hashes, and by the
-- signed checkpoints that lie outside it.
revoke update, delete, truncate on audit from public, current_user;
create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'The audit chain is append-only: % is refused', tg_op using errcode = 'insufficient_privilege';
end $$;
create trigger audit_is_append_only before update or delete or truncate on audit
  for each statement execute function audit_is_append_only();
alter table audit enable always trigger audit_is_append_only;

-- RFC 8785 for what we write: integers below 2^53, ASCII keys. PostgreSQL escapes strings just as the RFC demands.
create function canonical_json(value jsonb) returns text language plpgsql immutable as $$
begin
  if jsonb_typeof(value) = 'object' then
    return (select '{' || coalesce(string_agg(to_json(key)::text || ':' || canonical_json(member), ',' order by key collate "C"), '') || '}'
            from jsonb_each(value) as each (key, member));
  elsif jsonb_typeof(value) = 'array' then
    return (select '[' || coalesce(string_agg(canonical_json(member), ',' order by place), '') || ']'
            from jsonb_array_elements(value) with ordinality as each (member, place));
  end if;
  return value::text;
end $$;

create function sha256_hex(value text) returns text language sql immutable strict
  return encode(sha256(convert_to(value, 'UTF8')), 'hex');

-- A text as the chain knows it; null stays null.
create function text_digest(value text) returns jsonb language sql immutable strict
  return jsonb_build_object('sha256', sha256_hex(value), 'length', char_length(value));

create function rfc3339(value timestamptz) returns text language sql stable strict
  return to_char(value at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

-- One appender at a time: the lock is held from here to the end of the transaction. Called by triggers that are
-- deferred to the commit, it is the last thing a transaction does, so nobody waits for another's work, and it can't be
-- part of a deadlock. After the lock each statement sees the newest committed head.
create function audit_append(by_actor text, of_kind text, about_bundle uuid, what jsonb) returns void language plpgsql as $$
declare
  -- All of the row's canonical JSON that is known before the lock.
  actor_json  text := to_json(by_actor)::text;
  middle_json text := coalesce(to_json(about_bundle)::text, 'null') || ',"kind":' || to_json(of_kind)::text
                      || ',"payload":' || canonical_json(what);
  next_seq    bigint;
  last_hash   text;
  instant     timestamptz;
begin
  perform pg_advisory_xact_lock(5497853034213); -- any number that nothing else locks
  select seq + 1, hash into next_seq, last_hash from audit order by seq desc limit 1;
  next_seq := coalesce(next_seq, 1);
  last_hash := coalesce(last_hash, repeat('0', 64));
  instant := date_trunc('milliseconds', clock_timestamp());
  insert into audit (seq, at, actor, kind, bundle_id, payload, prev_hash, hash)
  values (next_seq, instant, by_actor, of_kind, about_bundle, what, last_hash,
    sha256_hex('{"actor":' || actor_json || ',"at":"' || rfc3339(instant) || '","bundleId":' || middle_json
      || ',"prevHash":"' || last_hash || '","seq":' || next_seq || '}'));
end $$;

create function audit_revision() returns trigger language plpgsql as $$
begin
  perform audit_append(new.drafter_id, 'revision.stored', new.bundle_id, jsonb_build_object(
    'revision', new.revision, 'seal', new.seal,
    'gates', (select coalesce(jsonb_agg(gate -> 'id' order by place), '[]')
              from jsonb_array_elements(new.gates) with ordinality as each (gate, place)),
    'findings', jsonb_array_length(new.findings), 'findingsSha256', sha256_hex(canonical_json(new.findings))));
  return null;
end $$;
create constraint trigger audit_revision after insert on revision deferrable initially deferred
  for each row execute function audit_revision();

create function audit_decision() returns trigger language plpgsql as $$
begin
  perform audit_append(new.reviewer_id, 'decision.recorded', new.bundle_id, jsonb_build_object(
    'revision', new.revision, 'seal', new.seal, 'gate', new.gate, 'decision', new.decision,
    'decidedAt', rfc3339(new.decided_at), 'reason', text_digest(new.reason)));
  return null;
end $$;
create constraint trigger audit_decision after insert on decision deferrable initially deferred
  for each row execute function audit_decision();

create function audit_transition() returns trigger language plpgsql as $$
begin
  perform audit_append(new.actor_id, 'transition.recorded', new.bundle_id, jsonb_build_object(
    'transition', new.transition, 'revision', new.revision, 'seal', new.seal, 'state', new.state,
    'detail', text_digest(new.detail)));
  return null;
end $$;
create constraint trigger audit_transition after insert on transition deferrable initially deferred
  for each row execute function audit_transition();

-- The transition to armed or held, which follows, names the person.
create function audit_plan() returns trigger language plpgsql as $$
begin
  if tg_op = 'DELETE' then
    perform audit_append('system', 'plan.withdrawn', old.bundle_id, jsonb_build_object(
      'revision', old.revision, 'seal', old.seal));
  elsif tg_op = 'INSERT' or new is distinct from old then -- a repeat that changes nothing is no change of state
    perform audit_append('system', 'plan.saved', new.bundle_id, jsonb_build_object(
      'revision', new.revision, 'seal', new.seal, 't0', rfc3339(new.t0), 'policy', new.policy));
  end if;
  return null;
end $$;
create constraint trigger audit_plan after insert or update or delete on plan deferrable initially deferred
  for each row execute function audit_plan();

create function audit_staging() returns trigger language plpgsql as $$
begin
  perform audit_append('system', 'staging.stored', new.bundle_id, jsonb_build_object(
    'revision', new.revision, 'releaseId', new.release_id,
    'channels', (select coalesce(jsonb_agg(jsonb_build_object(
                   'channel', channel -> 'channel', 'objects', jsonb_array_length(channel -> 'objects'),
                   'objectsSha256', sha256_hex(canonical_json(channel -> 'objects'))) order by place), '[]')
                 from jsonb_array_elements(new.channels) with ordinality as each (channel, place))));
  return null;
end $$;
create constraint trigger audit_staging after insert on staging deferrable initially deferred
  for each row execute function audit_staging();

create function audit_release() returns trigger language plpgsql as $$
begin
  perform audit_append('system', 'release.committed', new.bundle_id, jsonb_build_object(
    'releaseId', new.release_id, 'revision', new.revision, 'seal', new.seal, 't0', rfc3339(new.t0),
    'committedAt', rfc3339(new.committed_at)));
  return null;
end $$;
create constraint trigger audit_release after insert on release deferrable initially deferred
  for each row execute function audit_release();

create function audit_receipt() returns trigger language plpgsql as $$
begin
  perform audit_append('channel:' || new.channel, 'receipt.received', new.bundle_id, jsonb_build_object(
    'releaseId', new.release_id, 'channel', new.channel, 'state', new.state, 'at', rfc3339(new.at),
    'digests', jsonb_array_length(new.digests), 'digestsSha256', sha256_hex(canonical_json(new.digests)),
    'url', text_digest(new.url), 'detail', text_digest(canonical_json(new.detail))));
  return null;
end $$;
create constraint trigger audit_receipt after insert on receipt deferrable initially deferred
  for each row execute function audit_receipt();
