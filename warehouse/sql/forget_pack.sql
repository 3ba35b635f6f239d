delete from {{ table | name }} where pack_id = $pack_id
