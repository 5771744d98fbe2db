-- What a new revision changed is evidence too: why decisions fell. The text stays in the row, the chain has its digest.
create function audit_revision_change() returns trigger language plpgsql as $$
begin
  perform audit_append('system', 'change.recorded', new.bundle_id, jsonb_build_object(
    'revision', new.revision, 'fromRevision', new.from_revision, 'at', rfc3339(new.at),
    'changes', jsonb_array_length(new.changes), 'changesSha256', sha256_hex(canonical_json(new.changes))));
  return null;
end $$;
create constraint trigger audit_revision_change after insert on revision_change deferrable initially deferred
  for each row execute function audit_revision_change();
