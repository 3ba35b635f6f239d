select count(*) from meeting.goal_form where sha256 = $sha256
