-- The practices known now, each with the cluster and region it belongs to on a day.
select practice.practice_id, opened, closed, cluster_id, cluster_name, region_id, region_name
from registry.practice as practice
left join (
    select practice_id, max_by(cluster_id, valid_from) as cluster_id from registry.membership
    where known_to is null and valid_from <= $day::date and (valid_to is null or valid_to >= $day::date)
    group by practice_id) as member using (practice_id)
left join (
    select cluster_id, cluster_name, region_id from registry.cluster where known_to is null) as cluster using (cluster_id)
left join (select region_id, region_name from registry.region where known_to is null) as region using (region_id)
where practice.known_to is null
order by practice_id
