-- Whether `staged` is a view, and whether it is parted from `every_row` already.
select
    exists (select 1 from duckdb_views() where database_name = 'staging' and view_name = 'staged'),
    exists (select 1 from duckdb_tables() where database_name = 'staging' and table_name = 'failed')
