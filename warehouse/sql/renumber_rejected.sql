-- Rows of a file count from its top: those below the rows that were taken out have moved up.
update ledger.rejected_row
set row_number = row_number - (select count(*) from unnest($removed::bigint[]) as gone(number) where number < row_number)
where extract_id in (select extract_id from ledger.extract where source = $source and sha256 = $old_sha256)
