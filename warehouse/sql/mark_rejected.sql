update ledger.extract
set rows_staged = (select count(distinct row_number) from staging.staged),
    rows_rejected = (
        select count(distinct row_number) from ledger.rejected_row
        where rejected_row.extract_id = $extract_id and rule <> 'excluded')
where extract_id = $extract_id
