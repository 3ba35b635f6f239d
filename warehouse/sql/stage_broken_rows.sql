-- The engine's own message is left out: it repeats the line.
select line, error_type::varchar from reject_error order by line limit 1
