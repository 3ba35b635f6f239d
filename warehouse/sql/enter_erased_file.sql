insert into ledger.erased_file by name
select $source as source, $old_sha256 as old_sha256, $new_sha256 as new_sha256, $rows_removed::bigint as rows_removed,
    $why as why, $now::timestamp as happened_at
