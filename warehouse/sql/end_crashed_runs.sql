update ledger.run set ended_at = $ended_at::timestamp, state = 'crashed', summary = $summary
where state = 'running' and (owner is null or owner in (select unnest($owners::varchar[])))
