-- Every column of text of the warehouse's own tables: schema.table, and the column.
select schema_name || '.' || table_name as named, column_name
from duckdb_columns()
where database_name = current_database() and not internal and data_type = 'VARCHAR'
  and table_name in (select table_name from duckdb_tables() where database_name = current_database())
order by 1, 2
