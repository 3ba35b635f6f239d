{#- One row per practice, month and slice that this delivery decides: its practices over the whole period it covers, a
    month without a row included. A file of differences decides only where it has rows. -#}
{%- macro part() -%}
{%- if slice -%}concat_ws('/'{% for column in slice %}, coalesce({{ column | name }}::varchar, ''){% endfor %}){%- else -%}''{%- endif -%}
{%- endmacro -%}
create or replace temp table incoming as
with counted as (
    {% if months_held > 1 %}
    select practice_id, (period + to_months(months))::date as period, slice, sum(rows)::bigint as rows
    from (select practice_id, period, {{ part() }} as slice, count(*) as rows from staging.staged group by all)
    cross join (select unnest(range({{ months_held }}))::integer as months)
    group by all
    {% else %}
    select practice_id, period, {{ part() }} as slice, count(*) as rows from staging.staged group by all
    {% endif %}),
inside as (
    from counted
    where practice_id is not null and period between $period_start::date and $period_end::date),
decided as (
    {% if difference %}
    select practice_id, period, slice from inside
    {% else %}
    select practice_id, period, slice
    from (
        select distinct practice_id from inside
        {% if listed %}union select practice_id from registry.practice where known_to is null{% endif %})
    cross join (select unnest(generate_series($period_start::date, $period_end::date, interval 1 month))::date as period)
    cross join {% if slice %}(select distinct slice from inside){% else %}(select '' as slice){% endif %}
    {% endif %})
select practice_id, period, slice, coalesce(rows, 0) as rows, {{ 'coalesce(rows, 0) > 0' if in_month else 'true' }} as submitted
from decided left join inside using (practice_id, period, slice)
