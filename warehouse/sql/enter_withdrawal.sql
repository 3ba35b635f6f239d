insert into ledger.withdrawal by name
select $extract_id::integer as extract_id, $practice_id as practice_id, $why as why, $now::timestamp as withdrawn_at,
    $withdrawn_by as withdrawn_by
