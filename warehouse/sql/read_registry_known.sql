-- A table of the registry as it was known at a moment.
select * exclude (extract_id, known_from, known_to) from registry.{{ table | name }}
where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
order by all
