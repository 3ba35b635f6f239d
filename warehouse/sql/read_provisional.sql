-- One row per practice, source and month that is not final, of the practices of one cluster.
select state.practice_id, state.source, state.period
from ledger.submission_state as state
where state.state = 'provisional' and state.period between $start::date and $end::date
  and state.practice_id in (
    select practice_id from registry.membership where known_to is null and cluster_id = $cluster_id)
order by practice_id, source, period
