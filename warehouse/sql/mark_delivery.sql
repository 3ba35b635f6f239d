update meeting.delivery set state = $state, reason = $reason, content_sha256 = $content_sha256, folder = $folder,
    changed_at = $changed_at::timestamp
where pack_id = $pack_id and recipient = $recipient and unit_id = $unit_id and version = $version
