-- The letter each practice had last among those that were ended.
select practice_id, arg_max(letter, ended_at) as letter from meeting.letter
where cluster_id = $cluster_id and package_id = $package_id and ended_at is not null
group by practice_id
order by practice_id
