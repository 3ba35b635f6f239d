insert into ledger.audit by name
select $sequence as sequence, $happened_at::timestamp as happened_at, $who as who, $what as what, $request_id as request_id,
    $pack_id as pack_id, $state as state, $detail as detail, $previous as previous, $digest as digest
