{#- The rows that are not staged: those with a cell that could not be read, and those that a rule leaves out. -#}
create table rejected as
select distinct row_number, fault.column_name as column_name, fault.rule as rule, fault.value as "value"
from (select {{ row_number }} as row_number, unnest(_faults) as fault from typed where _faults is not null)
order by row_number, column_name;

create table excluded as
{% for rule in exclusions %}
select distinct {{ row_number }} as row_number, {{ rule.header | text }} as header from typed
where _excluded & {{ 2 ** loop.index0 }} <> 0
{{ 'union all' if not loop.last }}
{% else %}
select null::bigint as row_number, null::varchar as header where false
{% endfor %}
