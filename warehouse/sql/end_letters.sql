update meeting.letter set ended_at = $ended_at::timestamp, why = $why
where cluster_id = $cluster_id and package_id = $package_id and ended_at is null
