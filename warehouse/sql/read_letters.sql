select practice_id, letter from meeting.letter where cluster_id = $cluster_id and package_id = $package_id
order by practice_id
