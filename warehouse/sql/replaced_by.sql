-- The newest delivery accepted after this one that covers something of its period; a registry covers all of it.
select file_name from ledger.extract
where source = $source and state = 'promoted' and promoted_at > $promoted_at::timestamp
  and (source = 'registry'
    or exists (
        select 1 from ledger.extract as earlier
        where earlier.extract_id = $extract_id and ledger.extract.period_start <= earlier.period_end
          and ledger.extract.period_end >= earlier.period_start))
order by promoted_at desc limit 1
