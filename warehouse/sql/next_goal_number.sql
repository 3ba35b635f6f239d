select coalesce(max(number), 0) + 1 from meeting.goal
where cluster_id = $cluster_id and package_id = $package_id and meeting_date = $meeting_date::date
