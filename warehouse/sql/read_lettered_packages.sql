select distinct package_id from meeting.letter where cluster_id = $cluster_id and ended_at is null order by package_id
