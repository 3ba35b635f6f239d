"""DuckDB: landing, ledger, schema and migrations, reading and writing frames. SQL lives in warehouse/sql/."""
