-- A workflow that `reconcile` ended may have a step under way. It is written before the next workflow begins, or never:
-- whoever writes a step holds the row of its bundle, and only the workflow that was begun last may write one.
alter table bundle add column begun_anew_at timestamptz(3);
