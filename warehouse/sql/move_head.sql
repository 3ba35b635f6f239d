update ledger.head
set sequence = $sequence, commit_id = $commit_id, follows = $follows, committed_at = $committed_at::timestamp
