select * from registry.delivered order by known_from, extract_id, row_number
