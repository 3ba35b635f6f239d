insert into meeting.coordinator_key by name
select $cluster_id as cluster_id, $public_key as public_key, $since::timestamp as since
