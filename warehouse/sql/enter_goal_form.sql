insert into meeting.goal_form by name
select $sha256 as sha256, $cluster_id as cluster_id, $package_id as package_id, $meeting_date::date as meeting_date,
    $recorded_at::timestamp as recorded_at
where not exists (select 1 from meeting.goal_form where sha256 = $sha256)
