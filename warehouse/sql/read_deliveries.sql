select pack_id, request_id, recipient, unit_id, version, folder, content_sha256, state, reason, changed_at
from meeting.delivery
where ($pack_id is null or pack_id = $pack_id) and ($unit_id is null or unit_id = $unit_id)
order by pack_id, recipient, unit_id, version
