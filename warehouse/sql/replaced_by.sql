-- The newest delivery that stands where this one stood or would have. A registry stands aside for another of its shape and
-- day, and for a list of a later one.
with used as (
    {% include 'registries_in_use.sql' %}
)
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
    select other.file_name, other.promoted_at
    from (select any_value(shape) as shape, any_value(as_at) as as_at from registry.delivered
        where extract_id = $extract_id) as own
    join used on (used.shape = own.shape and used.as_at = own.as_at)
        or (used.shape = 'list' and used.as_at >= coalesce(own.as_at, used.as_at))
    join ledger.extract as other on other.extract_id = used.extract_id
    where $source = 'registry' and $extract_id not in (select extract_id from used)
    union all
    select 'nothing (it was withdrawn)', null from ledger.extract where extract_id = $extract_id and state = 'withdrawn')
order by promoted_at is not null, promoted_at desc limit 1
