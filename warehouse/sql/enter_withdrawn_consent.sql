insert into registry.withdrawn_consent by name
select $practice_id as practice_id, $valid_from::date as valid_from, $now::timestamp as said_at, $who as said_by
