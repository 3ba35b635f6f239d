{#- The staged rows become a view of those that no check has rejected; the names carry no catalogue, because the file is
    attached under other names elsewhere. -#}
alter {{ 'view' if view else 'table' }} staged rename to every_row;
create table failed (row_number bigint, column_name varchar, rule varchar, value varchar);
create view staged as from every_row where row_number not in (select row_number from failed);
