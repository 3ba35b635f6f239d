-- One row per practice whose consent is another since $now: true, false, or null where it says nothing (any more). A no counts
-- before a yes.
select coalesce(earlier.practice_id, later.practice_id) as practice_id, earlier.given as was, later.given as given
from (
    select practice_id, bool_and(given) as given from registry.consent
    where known_from < $now::timestamp and (known_to is null or known_to = $now::timestamp)
      and (valid_to is null or valid_to >= $now::date)
    group by practice_id) as earlier
full join (
    select practice_id, bool_and(given) as given from registry.consent
    where known_to is null and (valid_to is null or valid_to >= $now::date)
    group by practice_id) as later on later.practice_id = earlier.practice_id
where earlier.given is distinct from later.given
order by 1
