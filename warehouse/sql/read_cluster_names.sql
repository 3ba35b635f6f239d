-- The clusters there are, each by its newest name. One that ended is no cluster to make a pack for.
select cluster_id, cluster_name from registry.cluster
where known_to is null
qualify row_number() over (partition by cluster_id order by valid_from desc nulls last) = 1
    and (valid_to is null or valid_to >= current_date)
order by cluster_id
