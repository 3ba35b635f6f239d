{#- Rows of the same key are added up where the contract nets corrections; a figure held for several months is entered
    once per month. A row in a cell where something else stands is kept and is never known: it ends when it begins. -#}
insert into {{ table | name }} by name
select
    {%- for column in key if column != 'period' %} staged.{{ column | name }},{% endfor %}
    {{ '(staged.period + to_months(held.months))::date' if months_held > 1 else 'staged.period' }} as period,
    {%- for column in quantities %} {{ 'sum(' if net }}{{ column | name }}{{ ')' if net }} as {{ column | name }},{% endfor %}
    $extract_id::integer as extract_id, $now::timestamp as known_from,
    {{ 'case when outranked.practice_id is not null then $now::timestamp end' if outranked else 'null::timestamp' }} as known_to
from staging.staged as staged
{% if months_held > 1 %}cross join (select unnest(range({{ months_held }}))::integer as months) as held{% endif %}
{% if outranked %}
left join outranked
    on outranked.practice_id = staged.practice_id
    and outranked.period = {{ '(staged.period + to_months(held.months))::date' if months_held > 1 else 'staged.period' }}
    {% if slice %}and concat_ws('/'{% for column in slice %}, coalesce(staged.{{ column | name }}::varchar, ''){% endfor %}) = outranked.slice{% endif %}
{% endif %}
where staged.practice_id is not null
  and {{ '(staged.period + to_months(held.months))::date' if months_held > 1 else 'staged.period' }} between $period_start::date and $period_end::date
{% if net %}group by all{% endif %}
