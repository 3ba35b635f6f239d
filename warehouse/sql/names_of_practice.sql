-- What the registry has called a practice, at any time.
select distinct practice_name from (
    select practice_id, practice_name from registry.practice
    union all
    select practice_id, practice_name from registry.delivered)
where practice_id = $practice_id and practice_name is not null
