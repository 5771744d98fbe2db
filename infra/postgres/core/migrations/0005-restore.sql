-- After a restore the rows may be older than what readers see. While a mark stands that nobody cleared, nothing commits.

create table restore_mark (
  restored_at timestamptz primary key default clock_timestamp(),
  restored_by text not null check (restored_by <> ''),
  backup_at   timestamptz not null,
  cleared_at  timestamptz,
  cleared_by  text check (cleared_by <> ''),
  check ((cleared_at is null) = (cleared_by is null))
);
revoke delete, truncate on restore_mark from public, current_user;

-- The audit row of a mark is the first that follows from what the backup held: row n says that n - 1 rows came back.
create function audit_restore() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    perform audit_append(new.restored_by, 'restore.marked', null, jsonb_build_object(
      'restoredAt', rfc3339(new.restored_at), 'backupAt', rfc3339(new.backup_at)));
  elsif old.cleared_at is not null or new.cleared_at is null
        or (new.restored_at, new.restored_by, new.backup_at) is distinct from (old.restored_at, old.restored_by, old.backup_at) then
    raise exception 'A restore mark is cleared once, and nothing else of it changes' using errcode = 'check_violation';
  else
    perform audit_append(new.cleared_by, 'restore.cleared', null, jsonb_build_object(
      'restoredAt', rfc3339(new.restored_at), 'clearedAt', rfc3339(new.cleared_at)));
  end if;
  return null;
end $$;
create constraint trigger audit_restore after insert or update on restore_mark deferrable initially deferred
  for each row execute function audit_restore();
