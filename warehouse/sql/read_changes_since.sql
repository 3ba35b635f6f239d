-- One row per practice and source whose months in the span rest on other files now than at the moment `then`.
with known_then as (
    from ledger.coverage where known_from <= $then::timestamp and (known_to is null or known_to > $then::timestamp)),
known_now as (from ledger.coverage where known_to is null),
closed as (
    select practice_id, source, period, slice, extract_id
    from known_then anti join known_now using (practice_id, source, period, slice, extract_id)),
opened as (
    select practice_id, source, period, slice, extract_id
    from known_now anti join known_then using (practice_id, source, period, slice, extract_id)),
taken_back as (
    select extract_id, practice_id, any_value(why) as why from ledger.withdrawal
    where withdrawn_at > $then::timestamp group by all)
select distinct practice_id, source, case
    when back.why is not null then concat(former.file_name, ' was withdrawn (', back.why, ')',
        case when later.file_name is not null then concat(', ', later.file_name, ' stands again') end)
    when former.file_name is not null and later.file_name is not null
        then concat(later.file_name, ' came in place of ', former.file_name)
    when later.file_name is not null then concat(later.file_name, ' came')
    else concat(former.file_name, ' no longer counts') end as why
from closed full join opened using (practice_id, source, period, slice)
left join ledger.extract as former on former.extract_id = closed.extract_id
left join ledger.extract as later on later.extract_id = opened.extract_id
left join taken_back as back
    on back.extract_id = closed.extract_id and (back.practice_id is null or back.practice_id = closed.practice_id)
where period between $start::date and $end::date and list_contains($sources, source)
order by practice_id, source, why
