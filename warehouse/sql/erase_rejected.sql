delete from ledger.rejected_row
where list_contains($removed::bigint[], row_number)
  and extract_id in (select extract_id from ledger.extract where source = $source and sha256 = $old_sha256)
