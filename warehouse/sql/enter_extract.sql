insert into ledger.extract by name
select
    coalesce((select max(extract_id) from ledger.extract), 0) + 1 as extract_id,
    $source as source, $file_name as file_name, $sha256 as sha256, $bytes as bytes,
    $period_start::date as period_start, $period_end::date as period_end,
    $status as status, 'landed' as state, $received_at::timestamp as received_at, $received_by as received_by
returning extract_id
