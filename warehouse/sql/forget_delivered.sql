delete from registry.delivered where extract_id = $extract_id
