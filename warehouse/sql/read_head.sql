select sequence, commit_id, follows from ledger.head
