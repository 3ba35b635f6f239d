select cluster_id, cluster_name, cluster.region_id, region_name
from registry.cluster as cluster join registry.region as region using (region_id)
where cluster.known_from <= $known_at::timestamp and (cluster.known_to is null or cluster.known_to > $known_at::timestamp)
  and region.known_from <= $known_at::timestamp and (region.known_to is null or region.known_to > $known_at::timestamp)
order by cluster_id
