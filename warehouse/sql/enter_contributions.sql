insert into mart.contribution by name
select *, $baseline::date as baseline_start, $followup::date as followup_start, $package_id as package_id, $run_id as run_id
from frame
