select file_name, received_at::date from ledger.extract where extract_id = $extract_id
