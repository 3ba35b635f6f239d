insert into ledger.erased_pack by name
select $pack_id as pack_id, $erasure::bigint as erasure, $now::timestamp as happened_at
where not exists (select 1 from ledger.erased_pack where pack_id = $pack_id and erasure = $erasure::bigint)
