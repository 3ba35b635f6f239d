-- One row per source and month: how many practices submitted of those that were open, and in which way.
select source, period,
    count(*) filter (state not in ('not_submitted', 'not_applicable')) as practices_submitted,
    count(*) filter (state <> 'not_applicable') as practices_open,
    count(*) filter (state = 'provisional') as practices_provisional,
    count(*) filter (state = 'zero') as practices_zero,
    count(*) filter (state = 'in_part') as practices_in_part,
    coalesce(sum(rows), 0)::bigint as rows
from ledger.submission_state
group by all order by source, period
