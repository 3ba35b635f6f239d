{#- Rows of the same key are added up where the contract nets corrections; a figure held for several months is entered
    once per month. -#}
insert into {{ table | name }} by name
with rows as (
    select * replace ({{ '(period + to_months(held.months))::date' if months_held > 1 else 'period' }} as period)
    from staging.staged
    {% if months_held > 1 %}cross join (select unnest(range({{ months_held }}))::integer as months) as held{% endif %}
)
select
    {%- for column in key %} {{ column | name }},{% endfor %}
    {%- for column in quantities %} {{ 'sum(' if net }}{{ column | name }}{{ ')' if net }} as {{ column | name }},{% endfor %}
    $extract_id::integer as extract_id, $now::timestamp as known_from, null::timestamp as known_to
from rows semi join accepted using (practice_id, period)
{% if net %}group by all{% endif %}
