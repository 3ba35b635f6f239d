insert into ledger.submission by name
select practice_id, {{ source | text }} as source, period, {{ extract_id }}::integer as extract_id, slice,
    {{ now | text }}::timestamp as known_from, null::timestamp as known_to
from incoming anti join outranked using (practice_id, period, slice) where submitted
union all
select practice_id, {{ source | text }}, period, extract_id, slice, {{ now | text }}::timestamp, null::timestamp
from reopening where submitted;
