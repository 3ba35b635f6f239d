insert into mart.measure by name
select *, $known_at::timestamp as known_at, $run_id as run_id
from frame
