-- One row per delivery of the registry, the newest last: the day it holds, and how many memberships it began, ended or
-- took back among those known before it.
with stays as (
    select practice_id, cluster_id, valid_from, known_from as moment, 1 as told, 0 as untold, valid_to from registry.membership
    union all
    select practice_id, cluster_id, valid_from, known_to as moment, 0 as told, 1 as untold, valid_to from registry.membership
    where known_to is not null),
changed as (
    select moment, practice_id, cluster_id, valid_from, sum(told) as told, sum(untold) as untold,
        count(*) filter (told = 1 and valid_to is not null) as ends,
        count(*) filter (untold = 1 and valid_to is null) as ran
    from stays group by all)
select delivered.extract_id, any_value(file_name) as file_name, any_value(shape) as shape, any_value(as_at) as as_at,
    delivered.known_from as loaded_at,
    count(*) filter (told > 0 and untold = 0) as memberships_begun,
    count(*) filter (told > 0 and ends > 0 and ran > 0) as memberships_ended,
    count(*) filter (told = 0 and untold > 0) as memberships_taken_back
from (select distinct extract_id, shape, as_at, known_from from registry.delivered) as delivered
left join ledger.extract as extract using (extract_id)
left join changed on changed.moment = delivered.known_from
group by delivered.extract_id, delivered.known_from
order by delivered.known_from, delivered.extract_id
