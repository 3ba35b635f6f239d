select practice_id, period from ledger.submission
where known_to is null and source = $source and period between $from::date and $until::date
