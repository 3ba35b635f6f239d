update meeting.notice set state = $state, address = $address, attempts = $attempts::integer,
    try_after = $try_after::timestamp, reason = $reason, changed_at = $changed_at::timestamp
where message_id = $message_id
