update ledger.extract set sha256 = $new_sha256, bytes = $bytes
where source = $source and sha256 = $old_sha256
