select measure_id, category, value, change, room
from meeting.follow_up_reach
where follow_up_id = $follow_up_id
order by rowid
