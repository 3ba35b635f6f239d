delete from ledger."check" where extract_id = $extract_id
