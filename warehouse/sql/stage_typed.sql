{#- One SELECT over the raw rows: every column as its contract types it, null where the file has a missing marker. A
    value that cannot be read as its type is null here and stands in staged_reject with its row. -#}
{%- macro cell(column) -%}
{%- if column.position is none -%}
{{ 'null::varchar' if column.constant is none else (column.constant | text) }}
{%- else -%}
case when trim(c{{ column.position }}) in ({% for mark in file.missing %}{{ mark | text }}{{ ', ' if not loop.last }}{% endfor %}) then null else trim(c{{ column.position }}) end
{%- endif -%}
{%- endmacro -%}
{%- macro digits(column) -%}
{% if file.thousands %}replace("{{ column.name }}", {{ file.thousands | text }}, ''){% else %}"{{ column.name }}"{% endif %}
{%- endmacro -%}
{%- macro number(column) -%}
case when regexp_full_match("{{ column.name }}", {{ number_pattern | text }})
    and isfinite(try_cast(replace({{ digits(column) }}, {{ file.decimal | text }}, '.') as double))
    then try_cast(replace({{ digits(column) }}, {{ file.decimal | text }}, '.') as double) end
{%- endmacro -%}
{#- Never by way of a double, which holds whole numbers exactly to 16 digits only. -#}
{%- macro integer(column) -%}
case when regexp_full_match("{{ column.name }}", {{ integer_pattern | text }})
    then try_cast(regexp_replace({{ digits(column) }}, {{ no_fraction | text }}, '') as bigint) end
{%- endmacro -%}
{%- macro typed(column) -%}
{%- if column.type == 'integer' -%}
{{ integer(column) }}
{%- elif column.type == 'number' -%}
{{ number(column) }}
{%- elif column.type == 'month' -%}
date_trunc('month', try_strptime("{{ column.name }}", {{ (column.format or '%Y-%m') | text }}))::date
{%- elif column.type == 'date' -%}
try_strptime("{{ column.name }}", {{ (column.format or '%Y-%m-%d') | text }})::date
{%- elif column['values'] -%}
case "{{ column.name }}" {% for raw, meaning in column['values'].items() %}when {{ raw | text }} then {{ meaning | text }} {% endfor %}end
{%- else -%}
"{{ column.name }}"
{%- endif -%}
{%- endmacro -%}
create temp table cells as
select row_number {%- for column in columns %}, {{ cell(column) }} as {{ column.name | name }}{% endfor %}
from raw
where row_number not in (select row_number from excluded);

create temp table typed as
select row_number {%- for column in columns %}, {{ typed(column) }} as {{ column.name | name }}{% endfor %}
from cells;

create table rejected as
{% for column in columns if column.type != 'text' and (column.type != 'code' or column['values']) %}
select row_number, {{ column.name | text }} as column_name, {{ column.reject_rule | text }} as rule, left(cells.{{ column.name | name }}, 40) as value
from cells join typed using (row_number)
where typed.{{ column.name | name }} is null
    {#- A row without its month is in no period: promoted, it would be dropped in silence. #}
    {%- if not (column.type == 'month' and column.required) %} and cells.{{ column.name | name }} is not null{% endif %}

{{ 'union all' if not loop.last }}
{% else %}
select null::bigint as row_number, null::varchar as column_name, null::varchar as rule, null::varchar as value where false
{% endfor %};

create table staged as
select * from typed where row_number not in (select row_number from rejected) order by row_number;
