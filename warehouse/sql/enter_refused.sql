insert into ledger.extract by name
select
    coalesce((select max(extract_id) from ledger.extract), 0) + 1 as extract_id,
    $source as source, $file_name as file_name, $sha256 as sha256, $bytes as bytes, 'final' as status,
    $state as state, $reason as reason, $received_at::timestamp as received_at, $received_by as received_by
