insert into schema_migration (migration) values ($migration)
