-- The newest delivery that stands where this one stood or would have; a registry covers all of what came before it.
select file_name from (
    select other.file_name, other.promoted_at
    from ledger.coverage as own
    join ledger.coverage as held using (source, practice_id, period, slice)
    join ledger.extract as other on other.extract_id = held.extract_id
    where own.extract_id = $extract_id and held.known_to is null and held.extract_id <> $extract_id
      and not exists (
        select 1 from ledger.coverage as known
        where known.extract_id = $extract_id and known.known_to is null and known.practice_id = own.practice_id
          and known.period = own.period and known.slice = own.slice)
    union all
    select file_name, promoted_at from ledger.extract
    where $source = 'registry' and source = $source and state = 'promoted' and promoted_at > $promoted_at::timestamp
    union all
    select 'nothing (it was withdrawn)', null from ledger.extract where extract_id = $extract_id and state = 'withdrawn')
order by promoted_at is not null, promoted_at desc limit 1
