select practice_id, max(valid_from) as valid_from from registry.withdrawn_consent group by practice_id order by practice_id
