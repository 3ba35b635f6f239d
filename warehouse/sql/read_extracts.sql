select * from ledger.extract order by extract_id
