select cluster_id, cluster_name from registry.cluster where known_to is null order by cluster_id
