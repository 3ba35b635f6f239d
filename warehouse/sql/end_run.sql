update ledger.run set ended_at = $ended_at::timestamp, state = $state, summary = $summary where run_id = $run_id
