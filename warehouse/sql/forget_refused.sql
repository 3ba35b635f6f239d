-- The same file turned away again is one row.
delete from ledger.extract
where source = $source and sha256 = $sha256 and file_name = $file_name and state = $state and rows_read is null
