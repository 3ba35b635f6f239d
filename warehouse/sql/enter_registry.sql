insert into registry.{{ table | name }} by name
select told.*, $extract_id::integer as extract_id, $now::timestamp as known_from, null::timestamp as known_to
from told
where not exists (
    select 1 from registry.{{ table | name }} as held
    where held.known_to is null and {% for column in columns %}held.{{ column | name }} is not distinct from told.{{ column | name }}{{ ' and ' if not loop.last }}{% endfor %})
