insert into staging.failed select row_number, column_name, rule, value from frame;
insert into staging.set_aside from staging.staged semi join staging.failed using (row_number);
delete from staging.staged where row_number in (select row_number from staging.failed);
