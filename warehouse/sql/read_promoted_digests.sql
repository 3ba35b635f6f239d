select extract_id, sha256, file_name, state, rows_rejected from ledger.extract
where source = $source and supplement_to is null and state <> 'stopped_cpr' order by extract_id
