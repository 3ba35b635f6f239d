select coalesce(rows_read, 0) - coalesce(rows_excluded, 0), coalesce(rows_rejected, 0) from ledger.extract
where extract_id = $extract_id
