select notice_id, message_id, kind, pack_id, request_id, cluster_id, recipient, unit_id, version, address, subject,
    body, state, attempts, try_after, reason, noticed_on, changed_at
from meeting.notice
order by notice_id
