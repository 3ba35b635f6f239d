select distinct meeting_date, kind from meeting.meeting
where cluster_id = $cluster_id and package_id = $package_id
order by meeting_date, kind
