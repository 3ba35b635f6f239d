-- Consent: what the practice said; where it said nothing, the workspace's rule. A no that is known holds at once, also
-- when it was announced for later. A withheld practice counts as one that did not consent: in no report, no letter, no cluster total.
select practice.practice_id, practice_name, opened, closed, successor_id,
    coalesce(consent.given, $silence::boolean) and withheld.practice_id is null as consented
from registry.practice as practice
left join (
    select practice_id, bool_and(given) as given from registry.consent
    where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
      and (valid_to is null or valid_to >= $known_at::date)
      and (not given or valid_from is null or valid_from <= $known_at::date)
    group by practice_id) as consent on consent.practice_id = practice.practice_id
left join (
    select distinct practice_id from registry.anonymity
    where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
      and mode = 'withheld' and (valid_to is null or valid_to >= $known_at::date)
    ) as withheld on withheld.practice_id = practice.practice_id
where practice.known_from <= $known_at::timestamp and (practice.known_to is null or practice.known_to > $known_at::timestamp)
order by practice.practice_id
