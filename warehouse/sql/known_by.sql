-- The last moment at which something became known, or stopped counting, before `printed_at`.
select max(moment)
from (select promoted_at as moment from ledger.extract union all select withdrawn_at from ledger.withdrawal)
where moment <= $printed_at::timestamp
