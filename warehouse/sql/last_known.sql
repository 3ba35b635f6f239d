select max(promoted_at) from ledger.extract
