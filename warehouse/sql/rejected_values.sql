select distinct value
from (select value from staging.rejected{% if failed %} union all select value from staging.failed{% endif %})
where value is not null
