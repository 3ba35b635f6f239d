insert into meeting.report by name
select $pack_id as pack_id,
    (select request_id from meeting.request where meeting_id = $pack_id order by requested_at desc limit 1) as request_id,
    $file_name as file_name, $sha256 as sha256, $rendered_at::timestamp as rendered_at, $audience as audience
