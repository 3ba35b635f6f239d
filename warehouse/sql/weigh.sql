{#- What stands in each cell (practice, month, slice) that is touched. Of whole deliveries the highest stands: final over
    provisional, then by the number of its correction, then the one received later. Differences are added where they
    rank above it; a supplement goes with the extract it mends, the newest one alone.
    `closing`: known until now and no more; `reopening`: was outranked or replaced and comes back; `outranked`: cells of
    the entering extract ({{ extract_id }}; 0: none enters) in which something else stands. -#}
create or replace temp table candidate as
with cells as (
    select distinct coverage.extract_id, practice_id, period, slice, rows, submitted
    from ledger.coverage as coverage semi join touched using (practice_id, period, slice)
    where source = {{ source | text }} and extract_id <> {{ extract_id }}
    union all
    select {{ extract_id }}, practice_id, period, slice, rows, submitted from incoming),
newest as (
    select supplement_to as root_id, max(extract_id) as newest_id from ledger.extract
    where supplement_to is not null and state = 'promoted' group by all)
select cells.*, root.kind as root_kind,
    dense_rank() over (order by root.status = 'final', coalesce(root.correction, 0), root.extract_id) as place
from cells
join ledger.extract as own using (extract_id)
join ledger.extract as root on root.extract_id = coalesce(own.supplement_to, own.extract_id)
left join newest on newest.root_id = root.extract_id
where own.state = 'promoted' and root.state = 'promoted'
  and (own.supplement_to is null or own.extract_id = newest.newest_id)
  and not exists (
    select 1 from ledger.withdrawal as back
    where back.practice_id = cells.practice_id and (back.extract_id = own.extract_id or back.extract_id = root.extract_id));

create or replace temp table wanted as
select extract_id, practice_id, period, slice, rows, submitted
from (
    select *, max(case when root_kind = 'full' then place end) over (partition by practice_id, period, slice) as base
    from candidate)
where place = base or (root_kind = 'difference' and place > base);

create or replace temp table held as
select coverage.* from ledger.coverage as coverage semi join touched using (practice_id, period, slice)
where source = {{ source | text }} and known_to is null;

create or replace temp table closing as
select extract_id, practice_id, period, slice from held anti join wanted using (extract_id, practice_id, period, slice);

create or replace temp table reopening as
select back.*, (
    select max(known_from) from ledger.coverage as before
    where before.extract_id = back.extract_id and before.practice_id = back.practice_id
      and before.period = back.period and before.slice = back.slice) as entered
from (
    from wanted anti join held using (extract_id, practice_id, period, slice) where extract_id <> {{ extract_id }}) as back;

create or replace temp table outranked as
select practice_id, period, slice
from incoming anti join (from wanted where extract_id = {{ extract_id }}) using (practice_id, period, slice);
