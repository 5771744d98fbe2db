-- Releases that this one corrects, abolishes, …: whoever got their packs gets this one too.
alter table delivery add column acts_on jsonb not null default '[]';
