select count(*) from duckdb_tables()
where database_name = current_database() and schema_name = 'ledger' and table_name = 'head'
