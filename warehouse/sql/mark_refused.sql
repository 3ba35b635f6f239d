update ledger.extract set state = 'refused', reason = $reason where extract_id = $extract_id
