select count(*) from schema_migration where migration = $migration
