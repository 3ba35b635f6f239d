insert into {{ table | name }} by name
select *, $known_at::timestamp as known_at, $run_id as run_id from frame
