{#- One row per practice and code over all the months; `period` is the last of them, for moves that hold until a day. -#}
select practice_id, max(period) as period, {{ code | name if code else "''" }} as code
    {%- for name in quantities %}, sum({{ name | name }})::double as {{ name | name }}{% endfor %}

from {{ table | name }} where known_to is null and list_contains($months, period) group by all
