select count(distinct row_number) from {{ table | name }}
