insert into ledger.submission by name
select practice_id, $source as source, period, $extract_id::integer as extract_id, $now::timestamp as known_from,
    null::timestamp as known_to
from accepted
