delete from {{ table | name }}
