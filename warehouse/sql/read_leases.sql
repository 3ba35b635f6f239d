select name, owner, taken_at from ledger.lease order by name
