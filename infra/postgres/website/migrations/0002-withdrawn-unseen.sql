-- A withdrawal may overtake the `prepare` of its release, where that was parked. The row then says so with nothing else.
alter table release alter column seal drop not null;
alter table release add check (seal is not null or state = 'withdrawn');
