select * exclude (extract_id, known_from, known_to) from {{ table | name }}
where period between $start::date and $end::date
  and known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
  and extract_id in (select extract_id from ledger.extract where source = $source)
