select file_name, sha256, audience
from meeting.report
where pack_id = $pack_id
order by file_name
