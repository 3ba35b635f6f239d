insert into meeting.letter by name
select $cluster_id as cluster_id, $package_id as package_id, $practice_id as practice_id, $letter as letter,
    $drawn_at::timestamp as drawn_at
