-- By source, how many days after their last month its newest extracts came; history that was loaded at once, later than
-- `most` days after, says nothing of it.
with newest as (
    select source, date_diff('day', last_day(period_end), received_at::date) as days,
        row_number() over (partition by source order by period_end desc, received_at) as place
    from ledger.extract
    where state = 'promoted' and period_end is not null and source in (select unnest($sources)))
select source, ceil(median(days))::integer as days
from newest
where place <= 4 and days between 0 and $most
group by source
order by source
