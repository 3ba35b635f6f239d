select follow_up_id, cluster_id, package_id, baseline_meeting, state, request_id
from meeting.follow_up
order by follow_up_id
