select practice_id, letter from meeting.letter
where cluster_id = $cluster_id and package_id = $package_id and ended_at is null
order by practice_id
