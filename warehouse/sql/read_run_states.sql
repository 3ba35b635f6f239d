-- One row per run that Prefect's page has: its number there, its state and who owns or owned it.
select flow_run_id, state, owner from ledger.run where flow_run_id is not null
