select 1 from duckdb_tables() where database_name = 'staging' and table_name = 'failed'
