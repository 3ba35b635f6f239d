select count(*) from {{ table | name }}
