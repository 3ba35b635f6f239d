select practice_id, source, period, slice from ledger.submission
where period between $start::date and $end::date
  and known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
