insert into mart.month by name
select *, $package_id as package_id, $known_at::timestamp as known_at, $definition as definition_sha256, $run_id as run_id
from frame
