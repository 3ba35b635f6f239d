select entries, digest from ledger.audit_head
