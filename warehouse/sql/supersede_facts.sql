update {{ table | name }} as held set known_to = $now::timestamp
from closing
where held.known_to is null and held.extract_id = closing.extract_id and held.practice_id = closing.practice_id
  and held.period = closing.period
  {% if slice %}and concat_ws('/'{% for column in slice %}, coalesce(held.{{ column | name }}::varchar, ''){% endfor %}) = closing.slice{% endif %}
