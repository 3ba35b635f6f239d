update ledger.audit_head set entries = $sequence, digest = $digest
