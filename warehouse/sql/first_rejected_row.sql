select row_number, column_name, rule from ledger.rejected_row
where extract_id = $extract_id and rule <> 'excluded' order by row_number, column_name limit 1
