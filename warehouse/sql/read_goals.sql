select cluster_id, package_id, meeting_date, number, what, who, by_when, measure_id, direction, amount, amount_is, recorded_at
from meeting.goal
where ($cluster_id is null or cluster_id = $cluster_id) and ($package_id is null or package_id = $package_id)
    and ($meeting_date is null or meeting_date = $meeting_date::date)
order by cluster_id, package_id, meeting_date, number
