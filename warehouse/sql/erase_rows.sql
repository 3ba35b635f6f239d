delete from {{ table | name }} where {{ column | name }} = $practice_id
