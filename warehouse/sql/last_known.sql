select max(moment)
from (
    select max(promoted_at) as moment from ledger.extract
    union all
    select max(withdrawn_at) from ledger.withdrawal
    union all
    select max(said_at) from registry.withdrawn_consent)
