-- Months of practices that had rows until this extract came, and have none now: how many, and of how many practices.
select count(*), count(distinct practice_id) from (
    select practice_id, period from ledger.coverage as came
    where extract_id = $extract_id and known_to is null
    group by all having sum(rows) = 0)
where (practice_id, period) in (
    select (practice_id, period) from ledger.coverage
    where source = $source and rows > 0 and extract_id <> $extract_id
      and known_to = (select any_value(known_from) from ledger.coverage where extract_id = $extract_id and known_to is null))
