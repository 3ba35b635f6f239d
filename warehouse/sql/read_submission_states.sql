-- One row per practice, source and month; of one cluster's practices where one is named.
select state.practice_id, state.source, state.period, state.state
from ledger.submission_state as state
where ($source is null or source = $source)
  and ($cluster_id is null or practice_id in (
    select practice_id from registry.membership where known_to is null and cluster_id = $cluster_id))
order by source, practice_id, period
