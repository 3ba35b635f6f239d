select distinct source, old_sha256, new_sha256 from ledger.erased_file where why = 'erased' order by all
