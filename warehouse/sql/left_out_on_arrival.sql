-- How many rows of erased practices were left out of a file as it landed.
select coalesce(max(rows_removed), 0) from ledger.erased_file
where why = 'arrival' and new_sha256 = (select sha256 from ledger.extract where extract_id = $extract_id)
