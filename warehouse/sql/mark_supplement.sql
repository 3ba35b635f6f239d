update ledger.extract set supplement_to = $mended where extract_id = $extract_id
