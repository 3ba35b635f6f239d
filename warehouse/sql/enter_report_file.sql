insert into meeting.report by name
select $pack_id as pack_id, $request_id as request_id, $file_name as file_name, $sha256 as sha256,
    $rendered_at::timestamp as rendered_at
