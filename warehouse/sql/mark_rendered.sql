update meeting.request set state = 'rendered' where meeting_id = $pack_id and state = 'requested'
