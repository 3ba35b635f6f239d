select distinct practice_id from {{ table | name }} where practice_id is not null
