select owner from ledger.lease where name = $name
