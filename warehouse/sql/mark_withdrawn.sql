update ledger.extract set state = 'withdrawn', reason = $why where extract_id = $extract_id
