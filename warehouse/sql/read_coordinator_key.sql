select public_key from meeting.coordinator_key where cluster_id = $cluster_id order by since desc limit 1
