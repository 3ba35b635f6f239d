create table if not exists schema_migration (migration varchar, applied_at timestamp default current_timestamp)
