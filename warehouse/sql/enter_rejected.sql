insert into ledger.rejected_row by name
select $extract_id::integer as extract_id, row_number, column_name, rule, value from staging.rejected
union all
select $extract_id::integer, row_number, header, 'excluded', null from staging.excluded
