-- What is known now outside the window of the extract that is being checked.
select practice_id, period,
    count(*)::bigint as rows{% for name in quantities %}, sum({{ name | name }})::double as {{ name | name }}{% endfor %}

from {{ table | name }}
where known_to is null and period between $from::date and $until::date
  and period not between $start::date and $end::date
group by all
