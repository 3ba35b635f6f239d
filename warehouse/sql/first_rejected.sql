select row_number, column_name, rule, value from staging.rejected order by row_number, column_name limit 1
