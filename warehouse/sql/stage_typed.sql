{#- One SELECT over the raw rows: every column as its contract types it, null where the file has a missing marker. A
    value that cannot be read as its type is null here and stands in staged_reject with its row. -#}
{%- macro cell(column) -%}
{%- if column.position is none -%}
{{ 'null::varchar' if column.constant is none else (column.constant | text) }}
{%- else -%}
case when trim(c{{ column.position }}) in ({% for mark in file.missing %}{{ mark | text }}{{ ', ' if not loop.last }}{% endfor %}) then null else trim(c{{ column.position }}) end
{%- endif -%}
{%- endmacro -%}
{%- macro number(column) -%}
case when regexp_full_match("{{ column.name }}", {{ number_pattern | text }})
    then try_cast(replace({% if file.thousands %}replace("{{ column.name }}", {{ file.thousands | text }}, ''){% else %}"{{ column.name }}"{% endif %}, {{ file.decimal | text }}, '.') as double) end
{%- endmacro -%}
{%- macro typed(column) -%}
{%- if column.type == 'integer' -%}
case when {{ number(column) }} = trunc({{ number(column) }}) then ({{ number(column) }})::bigint end
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
create table cells as
select row_number {%- for column in columns %}, {{ cell(column) }} as {{ column.name | name }}{% endfor %}
from raw
where row_number not in (select row_number from excluded);

create table typed as
select row_number {%- for column in columns %}, {{ typed(column) }} as {{ column.name | name }}{% endfor %}
from cells;

create table rejected (row_number bigint, column_name varchar, rule varchar, value varchar);
{% for column in columns if column.type != 'text' and (column.type != 'code' or column['values']) %}
insert into rejected
select row_number, {{ column.name | text }}, {{ column.reject_rule | text }}, left(cells.{{ column.name | name }}, 40)
from cells join typed using (row_number)
where cells.{{ column.name | name }} is not null and typed.{{ column.name | name }} is null;
{% endfor %}
create table staged as
select * from typed where row_number not in (select row_number from rejected) order by row_number;

drop table typed;
drop table cells;
drop table raw;
