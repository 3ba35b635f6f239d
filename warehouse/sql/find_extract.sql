-- The same bytes under a name that says another period or status are another delivery.
select extract_id, state, promoted_at from ledger.extract
where source = $source and sha256 = $sha256 and status = $status
  and ($period_start::date is null or (period_start = $period_start::date and period_end = $period_end::date))
order by extract_id desc limit 1
