select distinct sha256 from meeting.returned_sheet where practice_id = $practice_id order by sha256
