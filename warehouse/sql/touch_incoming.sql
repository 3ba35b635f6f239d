create or replace temp table touched as select practice_id, period, slice from incoming
