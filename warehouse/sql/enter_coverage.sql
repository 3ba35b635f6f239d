insert into ledger.coverage by name
select {{ extract_id }}::integer as extract_id, {{ source | text }} as source, practice_id, period, slice, rows, submitted,
    {{ now | text }}::timestamp as known_from, null::timestamp as known_to
from incoming anti join outranked using (practice_id, period, slice);
insert into ledger.coverage by name
select {{ extract_id }}::integer as extract_id, {{ source | text }} as source, practice_id, period, slice, rows, submitted,
    {{ now | text }}::timestamp as known_from, {{ now | text }}::timestamp as known_to
from incoming semi join outranked using (practice_id, period, slice);
insert into ledger.coverage by name
select extract_id, {{ source | text }} as source, practice_id, period, slice, rows, submitted,
    {{ now | text }}::timestamp as known_from, null::timestamp as known_to
from reopening;
