insert into meeting.follow_up by name
select $follow_up_id as follow_up_id, $cluster_id as cluster_id, $package_id as package_id,
    $baseline_meeting::date as baseline_meeting, $state as state, $request_id as request_id,
    $proposed_at::timestamp as proposed_at
