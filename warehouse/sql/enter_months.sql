insert into mart.month by name
select *, $package_id as package_id, $baseline::date as first_month,
    coalesce($followup_end::date, $baseline_end::date) as last_month,
    $known_at::timestamp as known_at, $definition as definition_sha256, $run_id as run_id
from frame
