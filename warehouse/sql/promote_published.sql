insert into {{ table | name }} by name
select
    {%- for column in key %} {{ column | name }},{% endfor %}
    {%- for column in quantities %} {{ column | name }},{% endfor %}
    $extract_id::integer as extract_id, $now::timestamp as known_from, null::timestamp as known_to
from staging.staged
