select new_sha256 from ledger.erased_file where source = $source and old_sha256 = $sha256 order by happened_at desc limit 1
