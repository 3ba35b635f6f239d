select practice_id, period, {{ code | name if code else "''" }} as code
    {%- for name in quantities %}, sum({{ name | name }})::double as {{ name | name }}{% endfor %}

from {{ table | name }} where known_to is null and list_contains($months, period) group by all
