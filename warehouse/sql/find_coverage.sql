select promoted_at from ledger.extract
where extract_id = $extract_id and promoted_at is not null
  and exists (select 1 from ledger.coverage where coverage.extract_id = $extract_id)
