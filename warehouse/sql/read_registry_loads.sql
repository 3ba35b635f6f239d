-- One row per delivery of the registry, the newest last: the day it holds and how many rows it began and ended.
select delivered.extract_id, file_name, shape, as_at, delivered.known_from as loaded_at,
    (select count(*) from registry.membership as told where told.known_from = delivered.known_from) as memberships_entered,
    (select count(*) from registry.membership as told where told.known_to = delivered.known_from) as memberships_ended
from (select distinct extract_id, shape, as_at, known_from from registry.delivered) as delivered
left join ledger.extract as extract using (extract_id)
order by delivered.known_from, delivered.extract_id
