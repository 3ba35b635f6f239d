select source, file_name, state, kind, supplement_to, status, period_start, period_end from ledger.extract
where extract_id = $extract_id
