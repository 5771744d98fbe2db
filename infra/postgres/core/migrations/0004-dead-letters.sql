-- 死信: what people decided on records that a consumer could not handle. The records stay in Kafka; here is only which
-- they were, so that a decision is about those bytes and no others.
create table dead_letter_decision (
  decision_id    bigint generated always as identity primary key,
  letter_id      text not null,
  act            text not null check (act in ('retry', 'park', 'discard')),
  actor_id       text not null check (actor_id <> ''),
  reason         text not null check (reason <> ''),
  owner_id       text,
  -- By the consumer's clock: a letter that was parked again after this is not covered by the decision.
  last_parked_at timestamptz not null,
  record_sha256  text not null check (record_sha256 ~ '^[0-9a-f]{64}$'),
  event_id       uuid,
  event_type     text,
  bundle_id      uuid,
  at             timestamptz not null default clock_timestamp(),
  -- Of a retry: when Kafka had confirmed the record. Null: it may have arrived or not, and may be retried.
  sent_at        timestamptz,
  check ((act = 'park') = (owner_id is not null)),
  check (act = 'retry' or sent_at is null)
);
create index dead_letter_decision_of on dead_letter_decision (letter_id, decision_id);

create function audit_dead_letter() returns trigger language plpgsql as $$
begin
  perform audit_append(new.actor_id, 'dead-letter.decided', new.bundle_id, jsonb_build_object(
    'letter', new.letter_id, 'act', new.act, 'owner', new.owner_id, 'reason', text_digest(new.reason),
    'recordSha256', new.record_sha256, 'eventId', new.event_id, 'eventType', new.event_type));
  return null;
end $$;
create constraint trigger audit_dead_letter after insert on dead_letter_decision deferrable initially deferred
  for each row execute function audit_dead_letter();
