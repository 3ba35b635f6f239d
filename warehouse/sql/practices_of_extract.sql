-- The practices of which an extract's figures are in use, by the extract's source and digest.
select distinct practice_id from ledger.submission
where known_to is null and extract_id in (
    select extract_id from ledger.extract where source = $source and sha256 = $sha256)
order by practice_id
