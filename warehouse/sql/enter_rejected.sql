insert into ledger.rejected_row by name
select $extract_id::integer as extract_id, row_number, column_name, rule,
    case when not list_contains($personal::varchar[], value) then left(value, 40) end as value
from (
    select row_number, column_name, rule, value from staging.rejected
    {% if failed %}union all select row_number, column_name, rule, value from staging.failed{% endif %})
union all
select $extract_id::integer, row_number, header, 'excluded', null from staging.excluded
