-- The newest month that at least half as many practices submitted as in the source's best month: one early file of one
-- practice does not make a month delivered.
with months as (
    select source, period, count(distinct practice_id) as practices from ledger.submission
    where known_to is null and list_contains($sources, source) group by source, period)
select source, max(period) from months
where practices * 2 >= (select max(best.practices) from months as best where best.source = months.source)
group by source
