select {{ code | name }} as code, count(*) as rows from staged where {{ code | name }} is not null group by all order by code
