-- A table of the registry as it is known now.
select * exclude (extract_id, known_from, known_to) from registry.{{ table | name }} where known_to is null order by all
