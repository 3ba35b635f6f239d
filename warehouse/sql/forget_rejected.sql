delete from ledger.rejected_row where extract_id = $extract_id
