select extract_id, state from ledger.extract where source = $source and sha256 = $sha256
