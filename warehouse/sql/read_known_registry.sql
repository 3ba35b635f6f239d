-- One row: the practices known, those that are members on the day asked for, and the day of the newest list.
select
    (select coalesce(list(distinct practice_id), []) from registry.practice where known_to is null),
    (select coalesce(list(distinct practice_id), []) from registry.membership
     where known_to is null and (valid_from is null or valid_from <= $day::date)
       and (valid_to is null or valid_to >= $day::date)),
    (select max(as_at) from registry.delivered where shape = 'list')
