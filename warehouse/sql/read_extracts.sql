-- One row per file that came, with the files that stand where it stood or would have.
with replaced as (
    select own.extract_id, string_agg(distinct other.file_name, ', ' order by other.file_name) as replaced_by
    from (select distinct extract_id, source, practice_id, period, slice from ledger.coverage) as own
    anti join (from ledger.coverage where known_to is null) as known using (extract_id, practice_id, period, slice)
    join (from ledger.coverage where known_to is null) as held using (source, practice_id, period, slice)
    join ledger.extract as other on other.extract_id = held.extract_id
    group by all)
select extract.*, replaced_by from ledger.extract as extract left join replaced using (extract_id) order by extract_id
