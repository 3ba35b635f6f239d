-- By source, how its extracts usually come: how many days after their last month the newest ones came (history that was
-- loaded at once, later than `most` days after, says nothing of it), the last month there is, and how many months lie
-- between the last months of two (1 where there has been one only).
with promoted as (
    select source, period_end, received_at, date_trunc('month', period_end)::date as last_month
    from ledger.extract
    where state = 'promoted' and period_end is not null and source in (select unnest($sources))),
newest as (
    select source, date_diff('day', last_day(period_end), received_at::date) as days,
        row_number() over (partition by source order by period_end desc, received_at) as place
    from promoted),
apart as (
    select source, last_month,
        date_diff('month', lag(last_month) over (partition by source order by last_month), last_month) as months
    from (select distinct source, last_month from promoted)),
steps as (
    select source, max(last_month) as last_month, coalesce(ceil(median(months))::integer, 1) as months
    from apart
    group by source)
select source, ceil(median(days))::integer as days, any_value(last_month) as last_month, any_value(months) as months
from newest
inner join steps using (source)
where place <= 4 and days between 0 and $most
group by source
order by source
