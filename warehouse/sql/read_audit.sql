select sequence, happened_at, who, what, request_id, pack_id, state, detail, previous, digest
from ledger.audit order by sequence
