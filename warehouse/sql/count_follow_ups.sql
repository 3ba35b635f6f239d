select count(*) from meeting.follow_up
