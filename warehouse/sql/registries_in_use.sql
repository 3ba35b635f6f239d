-- The deliveries of the registry that tell who belongs where, as known at a moment (null: now): the newest list and the
-- snapshots of later days. Of two of one shape and day, the one that came last.
select extract_id, shape, as_at
from (
    select extract_id, shape, as_at, max(as_at) filter (shape = 'list') over () as newest_list
    from (
        select distinct extract_id, shape, as_at, known_from from registry.delivered
        where $known_at::timestamp is null or known_from <= $known_at::timestamp)
    qualify row_number() over (partition by shape, as_at order by known_from desc, extract_id desc) = 1)
where newest_list is null or as_at > newest_list or (shape = 'list' and as_at = newest_list)
