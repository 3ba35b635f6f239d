select extract_id, source, file_name, sha256, state, reason, rows_staged, rows_rejected, supplement_to, status
from ledger.extract where extract_id = $extract_id
