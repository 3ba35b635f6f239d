-- One row per code of a source's facts known now: in how many rows, since which month, and the extract it came with first.
with rows as (select {{ code | name }} as code, count(*) as rows, min(period) as first_month, max(period) as last_month
    from {{ table | name }} where known_to is null group by all),
ever as (select {{ code | name }} as code, min(extract_id) as extract_id from {{ table | name }} group by all)
select rows.code, rows, first_month, last_month, file_name as first_extract
from rows join ever using (code) left join ledger.extract using (extract_id)
where rows.code is not null order by rows.code
