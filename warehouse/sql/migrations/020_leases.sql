-- Who is at work on what. An owner is a process that lives: its name is that of a file beside the warehouse which it
-- holds locked (warehouse/owners.py), so a lease ends with its owner, killed or not, and no clock decides that.
alter table ledger.run add column owner varchar;
-- Prefect's number of the flow run, where there was one: what its page shows is put right by it.
alter table ledger.run add column flow_run_id varchar;
create table ledger.lease (name varchar, owner varchar, taken_at timestamp);
-- The days for which a schedule was done, each once: what a machine that was off has missed is told from here.
create table ledger.scheduled_day (schedule varchar, day date, done_at timestamp, run_id varchar);
