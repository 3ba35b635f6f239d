select letter, ended_at from meeting.letter
where cluster_id = $cluster_id and package_id = $package_id and ended_at is not null
order by ended_at, letter
