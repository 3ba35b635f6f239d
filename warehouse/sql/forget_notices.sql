-- E-mails to a practice, with their addresses.
delete from meeting.notice where recipient = 'member' and unit_id = $practice_id
