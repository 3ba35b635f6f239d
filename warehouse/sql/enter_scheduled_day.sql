insert into ledger.scheduled_day by name
select $schedule as schedule, $day::date as day, $done_at::timestamp as done_at, $run_id as run_id
