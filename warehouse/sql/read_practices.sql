-- Consent: what the practice said; where it said nothing, the workspace's rule.
select practice.practice_id, practice_name, opened, closed, successor_id, coalesce(consent.given, $silence::boolean) as consented
from registry.practice as practice
left join registry.consent as consent
    on consent.practice_id = practice.practice_id
    and consent.known_from <= $known_at::timestamp and (consent.known_to is null or consent.known_to > $known_at::timestamp)
where practice.known_from <= $known_at::timestamp and (practice.known_to is null or practice.known_to > $known_at::timestamp)
order by practice.practice_id
