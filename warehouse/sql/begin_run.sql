insert into ledger.run by name
select $run_id as run_id, $flow as flow, $started_at::timestamp as started_at, 'running' as state,
    $process_id as process_id, $host as host, $owner as owner, $flow_run_id as flow_run_id
