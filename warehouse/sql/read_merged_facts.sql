-- One row per practice, month, class and stratum; null where sex or age band are not kept apart. What is not whole is added
-- up in decimals: the sum of decimals is the same in any order, that of floating-point numbers is not.
select practice_id, period,
    {% for column in columns %}classes.{{ ("as_" ~ column) | name }} as {{ column | name }}, {% endfor %}
    {% for column in strata %}{{ column | name }}, {% endfor %}
    {% for column in unsplit %}null::varchar as {{ column | name }}, {% endfor %}
    {% for column in quantities %}
    sum({{ column | name }}{% if column in fractions %}::decimal(18, 6)) {% else %})::bigint {% endif %}as {{ column | name }}{% if not loop.last %},{% endif %}
    {% endfor %}
from {{ table | name }} as facts
join classes on
    {% for column in columns %}facts.{{ column | name }} is not distinct from classes.{{ column | name }}
    {% if not loop.last %}and {% endif %}{% endfor %}
where period between $start::date and $end::date
  and known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
  and extract_id in (select extract_id from ledger.extract where source = $source)
group by all
