-- One row per file that was kept: of one digest there is one.
select distinct on (source, sha256) source, sha256, file_name from ledger.extract
where state not in ('stopped_cpr') order by source, sha256, extract_id
