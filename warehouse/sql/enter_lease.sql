insert into ledger.lease by name select $name as name, $owner as owner, $taken_at::timestamp as taken_at
