update ledger.extract set state = 'promoted', reason = null, promoted_at = $now::timestamp where extract_id = $extract_id
