select practice_id from registry.practice where known_to is null
