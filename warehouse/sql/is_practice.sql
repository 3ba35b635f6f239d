select count(*) > 0 from registry.practice where practice_id = $practice_id and known_to is null
