-- E-mails to a practice: their addresses and words go; the rows stay, for a number is never given twice.
update meeting.notice
set address = '', subject = '', body = '', state = case when state = 'queued' then 'dropped' else state end
where recipient = 'member' and unit_id = $practice_id
