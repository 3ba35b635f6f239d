-- The cluster's newest baseline meeting on the package up to a day that was not called off.
with last_asked as (
    select meeting_id, max_by(state, (length(request_id), request_id)) as state from meeting.request group by meeting_id)
select max(held.meeting_date)
from meeting.meeting as held
left join last_asked using (meeting_id)
where held.cluster_id = $cluster_id and held.package_id = $package_id and held.kind = 'baseline'
    and held.meeting_date <= $day::date and coalesce(last_asked.state, '') not in ('cancelled', 'failed')
