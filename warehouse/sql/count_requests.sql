select count(*) from meeting.request
