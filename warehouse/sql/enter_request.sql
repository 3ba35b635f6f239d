-- A request that is under way already is not entered a second time.
insert into meeting.request by name
select $request_id as request_id, $meeting_id as meeting_id, $cluster_id as cluster_id, $package_id as package_id,
    $meeting_date::date as meeting_date, $kind as kind, $mode as mode, $requested_at::timestamp as requested_at,
    $requested_by as requested_by, $state as state
where not exists (select 1 from meeting.request where meeting_id = $meeting_id)
