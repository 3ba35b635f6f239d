-- The goals of the newest meeting before a day that has any.
select number, meeting_date as agreed_on, what, who, by_when, measure_id, direction, amount, amount_is
from meeting.goal
where cluster_id = $cluster_id and package_id = $package_id and meeting_date = (
    select max(meeting_date) from meeting.goal
    where cluster_id = $cluster_id and package_id = $package_id and meeting_date < $before::date)
order by number
