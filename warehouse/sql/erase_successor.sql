update {{ table | name }} set successor_id = null where successor_id = $practice_id
