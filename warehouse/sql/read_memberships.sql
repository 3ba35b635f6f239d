select practice_id, cluster_id, valid_from, valid_to from registry.membership
where known_from <= $known_at::timestamp and (known_to is null or known_to > $known_at::timestamp)
order by practice_id, valid_from
