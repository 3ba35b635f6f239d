-- Nothing comes in; what the extract and its supplements decided is weighed anew.
create or replace temp table incoming as
select practice_id, period, slice, rows, submitted from ledger.coverage limit 0;
create or replace temp table touched as
select distinct practice_id, period, slice
from ledger.coverage join ledger.extract using (extract_id)
where extract_id = {{ extract_id }} or supplement_to = {{ extract_id }};
