{#- What is staged: a view where rows stay as they are, a table where repeated ones become one. -#}
{%- macro rows() -%}
select {{ row_number }} as row_number {%- for column in columns %}, {{ column.name | name }}{% endfor %}
from typed
where true
{%- if exclusions %} and _excluded = 0{% endif %}
{%- if reshaped %} and _given{% endif %}
{%- if rejected %} and {% if entries | length > 1 %}{{ row_number }} not in (select row_number from rejected){% else %}_faults is null{% endif %}{% endif %}
{%- endmacro -%}
{%- if one_of_each -%}
create table staged as
select min(row_number) as row_number {%- for column in columns %}, {{ column.name | name }}{% endfor %}
from ({{ rows() }}) group by {% for column in columns %}{{ column.name | name }}{{ ', ' if not loop.last }}{% endfor %}
order by row_number
{%- else -%}
create view staged as {{ rows() }}
{%- endif -%}
