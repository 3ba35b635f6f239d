{#- One row per practice and code over all the months; `period` is the last of them, for moves that hold until a day. -#}
select practice_id, max(period) as period, {{ code | name if code else "''" }} as code
    {%- for name in quantities %}, sum({{ name | name }})::double * {{ months_held }} as {{ name | name }}{% endfor %}

from staged where practice_id is not null and period is not null group by all
