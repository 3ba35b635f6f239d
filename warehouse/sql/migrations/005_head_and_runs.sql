-- The one row of ledger.head moves by one with every commit; runs.log beside the database says how far it had come.
create table ledger.head (sequence bigint, commit_id varchar, follows varchar, committed_at timestamp);
insert into ledger.head values (0, '', '', null);
-- Which process a run is or was: a run that is `running` while nobody holds the command lock has crashed.
alter table ledger.run add column process_id bigint;
alter table ledger.run add column host varchar;
