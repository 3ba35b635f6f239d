insert into meeting.request by name
select $request_id as request_id, $pack_id as meeting_id, $cluster_id as cluster_id, $package_id as package_id,
    $meeting_date::date as meeting_date, $kind as kind, $mode as mode, $level as level, $formats as formats,
    $allow_draft as allow_draft, $data_until::date as data_until, $requested_at::timestamp as requested_at,
    $requested_by as requested_by, $state as state, $reason as reason
