select count(*) from meeting.notice
