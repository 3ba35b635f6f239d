-- One row per cluster: its name and region on the day; before its first day the first, after its last the last.
with placed as (
    select * from registry.cluster
    where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
    qualify row_number() over (partition by cluster_id order by
        valid_from is null or valid_from <= $end::date desc,
        case when valid_from is null or valid_from <= $end::date then coalesce(valid_from, '0001-01-01') end desc,
        valid_from) = 1),
named as (
    select * from registry.region
    where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
    qualify row_number() over (partition by region_id order by
        valid_from is null or valid_from <= $end::date desc,
        case when valid_from is null or valid_from <= $end::date then coalesce(valid_from, '0001-01-01') end desc,
        valid_from) = 1)
select cluster_id, cluster_name, placed.region_id, region_name
from placed join named using (region_id)
order by cluster_id
