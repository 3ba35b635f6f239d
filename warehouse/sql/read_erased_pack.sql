select min(happened_at) from ledger.erased_pack where pack_id = $pack_id
