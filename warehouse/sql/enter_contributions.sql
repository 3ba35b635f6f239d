insert into mart.contribution by name
select *, $baseline::date as baseline_start, $baseline_end::date as baseline_end, $followup::date as followup_start,
    $followup_end::date as followup_end, $run_id as run_id
from frame
