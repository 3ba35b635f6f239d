delete from ledger.lease where name = $name
