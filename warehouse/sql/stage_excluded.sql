create table excluded as
{% for rule in exclusions %}
select row_number, {{ rule.header | text }} as header from raw
where coalesce(trim(c{{ rule.position }}), '') not in ({% for kept in rule.keep %}{{ kept | text }}{{ ', ' if not loop.last }}{% endfor %})
{{ 'union all' if not loop.last }}
{% else %}
select null::bigint as row_number, null::varchar as header where false
{% endfor %}
