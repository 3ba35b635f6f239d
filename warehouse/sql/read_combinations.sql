-- One row per combination of what facts are chosen by: how many facts have it.
select {% for column in columns %}{{ column | name }}, {% endfor %}sex, age_band, count(*) as rows
from {{ table | name }}
where period between $start::date and $end::date
  and known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
  and extract_id in (select extract_id from ledger.extract where source = $source)
group by all
