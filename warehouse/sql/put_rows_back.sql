create table if not exists staging.set_aside as from staging.staged limit 0;
create table if not exists staging.failed (row_number bigint, column_name varchar, rule varchar, value varchar);
insert into staging.staged from staging.set_aside;
delete from staging.set_aside;
delete from staging.failed;
