select count(*) from meeting.returned_sheet where sha256 = $sha256
