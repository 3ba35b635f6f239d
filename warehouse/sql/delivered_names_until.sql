-- The newest month with facts of any of the names that at least half as many practices have as in the best month of them.
with months as (
    select period, count(distinct practice_id) as practices from {{ table | name }}
    where known_to is null and extract_id in (select extract_id from ledger.extract where source = $source)
      and (len($practices::varchar[]) = 0 or list_contains($practices::varchar[], practice_id))
      and len(list_filter($names, lambda name: starts_with({{ column | name }}, name))) > 0
    group by period)
select max(period) from months where practices * 2 >= (select max(best.practices) from months as best)
