update ledger.run set ended_at = $ended_at::timestamp, state = 'crashed', summary = $summary where state = 'running'
