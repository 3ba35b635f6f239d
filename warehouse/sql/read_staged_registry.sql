select * from staging.staged order by row_number
