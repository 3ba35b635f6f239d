-- Coverage or submissions: what they say of a cell ends with its facts.
update {{ table | name }} as held set known_to = $now::timestamp
from closing
where held.known_to is null and held.extract_id = closing.extract_id and held.practice_id = closing.practice_id
  and held.period = closing.period and held.slice = closing.slice
