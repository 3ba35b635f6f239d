update {{ table | name }} as held set known_to = $now::timestamp
from accepted
where held.known_to is null and held.practice_id = accepted.practice_id and held.period = accepted.period
  and held.extract_id in (select extract_id from ledger.extract where source = $source)
