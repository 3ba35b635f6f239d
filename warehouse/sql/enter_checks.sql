insert into ledger."check" by name
select *, $extract_id::integer as extract_id, $checked_at::timestamp as checked_at from frame
