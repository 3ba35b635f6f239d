-- The checks of some extracts, in the order in which they were entered.
select * exclude (checked_at) from ledger."check" where list_contains($extracts, extract_id)
