-- The same bytes under a name that says another period or status are another delivery; of a registry, under any other
-- name, for it may say another day.
select extract_id, state from ledger.extract
where source = $source and sha256 = $sha256 and status = $status
  and ($period_start::date is null or (period_start = $period_start::date and period_end = $period_end::date))
  and (source <> 'registry' or file_name = $file_name)
order by extract_id desc limit 1
