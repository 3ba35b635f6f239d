insert into {{ table | name }} by name
select held.* replace ($now::timestamp as known_from, null::timestamp as known_to)
from {{ table | name }} as held join reopening
    on held.extract_id = reopening.extract_id and held.practice_id = reopening.practice_id
    and held.period = reopening.period and held.known_from = reopening.entered
    {% if slice %}and concat_ws('/'{% for column in slice %}, coalesce(held.{{ column | name }}::varchar, ''){% endfor %}) = reopening.slice{% endif %}
