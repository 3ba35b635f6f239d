select count(*) from ledger.coverage
where extract_id = $extract_id and ($practice_id is null or practice_id = $practice_id)
