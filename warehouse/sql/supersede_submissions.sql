update ledger.submission as held set known_to = $now::timestamp
from accepted
where held.known_to is null and held.source = $source
  and held.practice_id = accepted.practice_id and held.period = accepted.period
