insert into registry.delivered by name
select *, $extract_id::integer as extract_id, $shape as shape, $as_at::date as as_at, $now::timestamp as known_from
from delivery
