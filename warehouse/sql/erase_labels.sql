-- What was printed about a practice under its letter, or under its name.
delete from meeting.figure
where pack_id = $pack_id and level = 'practice' and (list_contains($names::varchar[], label) or label in (
    select letter from meeting.letter where practice_id = $practice_id and cluster_id = $cluster_id
      and package_id = $package_id))
