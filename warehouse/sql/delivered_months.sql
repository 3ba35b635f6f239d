{#- One row per practice and month of the staged extract: its rows, and each quantity added up. A figure held for
    several months stands in each of them. -#}
select practice_id, {{ '(period + to_months(held.months))::date' if months_held > 1 else 'period' }} as period,
    count(*)::bigint as rows{% for name in quantities %}, sum({{ name | name }})::double as {{ name | name }}{% endfor %}

from staged
{% if months_held > 1 %}cross join (select unnest(range({{ months_held }}))::integer as months) as held{% endif %}

where practice_id is not null and period is not null
group by all
