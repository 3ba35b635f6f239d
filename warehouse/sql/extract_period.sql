select period_start, period_end, status from ledger.extract where extract_id = $extract_id
