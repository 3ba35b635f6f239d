insert into failed select row_number, column_name, rule, value from frame
