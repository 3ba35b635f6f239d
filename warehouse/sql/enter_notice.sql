insert into meeting.notice by name
select $notice_id as notice_id, $message_id as message_id, $kind as kind, $pack_id as pack_id,
    $request_id as request_id, $cluster_id as cluster_id, $recipient as recipient, $unit_id as unit_id,
    $version::integer as version, $address as address, $subject as subject, $body as body, $state as state,
    $attempts::integer as attempts, $try_after::timestamp as try_after, $reason as reason,
    $noticed_on::date as noticed_on, $changed_at::timestamp as changed_at
