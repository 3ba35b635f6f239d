insert into meeting.meeting by name
select $meeting_id as meeting_id, $cluster_id as cluster_id, $package_id as package_id,
    $meeting_date::date as meeting_date, $kind as kind
