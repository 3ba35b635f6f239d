delete from meeting.meeting where meeting_id = $meeting_id
