insert into meeting.delivery by name
select $pack_id as pack_id, $request_id as request_id, $recipient as recipient, $unit_id as unit_id,
    $version::integer as version, $folder as folder, $content_sha256 as content_sha256, $state as state,
    $reason as reason, $changed_at::timestamp as changed_at
