-- The newest baseline meeting of each cluster on each package that was held before a day, and not called off.
with last_asked as (
    select meeting_id, max_by(state, (length(request_id), request_id)) as state from meeting.request group by meeting_id)
select held.cluster_id, held.package_id, max(held.meeting_date) as newest
from meeting.meeting as held
left join last_asked using (meeting_id)
where held.kind = 'baseline' and held.meeting_date < $today::date
    and coalesce(last_asked.state, '') not in ('cancelled', 'failed')
group by all
order by newest, held.cluster_id, held.package_id
