update ledger.extract
set state = 'staged', rows_read = $rows_read, rows_staged = $rows_staged, rows_excluded = $rows_excluded,
    rows_rejected = $rows_rejected, period_start = $period_start::date, period_end = $period_end::date
where extract_id = $extract_id
