update meeting.follow_up
set state = $state, request_id = $request_id, decided_at = $decided_at::timestamp, decided_by = $decided_by
where follow_up_id = $follow_up_id
