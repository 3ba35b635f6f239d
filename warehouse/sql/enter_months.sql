insert into mart.month by name
select *, $baseline::date as first_month,
    coalesce($followup_end::date, $baseline_end::date) as last_month,
    $known_at::timestamp as known_at, $run_id as run_id
from frame
