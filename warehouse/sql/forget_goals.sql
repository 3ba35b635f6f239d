delete from meeting.goal
where cluster_id = $cluster_id and package_id = $package_id and meeting_date = $meeting_date::date
    and ($number is null or number = $number)
